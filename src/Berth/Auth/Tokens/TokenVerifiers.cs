namespace Berth.Auth.Tokens;

/// <summary>Several who read tokens, asked one after the other: each knows its own.</summary>
internal sealed class TokenVerifiers(params IReadOnlyList<ITokenVerifier> verifiers) : ITokenVerifier
{
    /// <inheritdoc/>
    public async Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        foreach (var verifier in verifiers)
        {
            if (await verifier.VerifyAsync(token, cancellationToken) is { } caller)
            {
                return caller;
            }
        }
        return null;
    }
}
