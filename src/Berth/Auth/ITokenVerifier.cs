namespace Berth.Auth;

/// <summary>Reads bearer tokens: Berth's own, or those of an external token server.</summary>
public interface ITokenVerifier
{
    /// <summary>Tells whose token this is and what it allows.</summary>
    /// <param name="token">The text after <c>Bearer</c>, at most 16,384 characters, anything.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// The caller, with the token's end in <see cref="Caller.Expires"/>, which the verifier leaves to be judged by who asked;
    /// <see langword="null"/> for a token that is malformed, forged, meant for others, not valid yet, or revoked.
    /// </returns>
    Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken);
}
