namespace Berth.Auth.Tokens;

/// <summary>The keys of Berth's own tokens.</summary>
internal interface ISigningKeys
{
    /// <summary>The key that signs now.</summary>
    ValueTask<SigningKey> CurrentAsync(CancellationToken cancellationToken);

    /// <summary>The key with an id, as long as a token of it can be valid; <see langword="null"/> for any other id.</summary>
    /// <remarks>However many ids are made up, no more than a few lead to a call to the store.</remarks>
    ValueTask<SigningKey?> FindAsync(string id, CancellationToken cancellationToken);
}
