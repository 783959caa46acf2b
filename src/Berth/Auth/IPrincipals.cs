namespace Berth.Auth;

/// <summary>What the records say now of the callers that Berth's own tokens name.</summary>
internal interface IPrincipals
{
    /// <summary>The caller as its records say now: its groups and whether it is an administrator are read anew.</summary>
    /// <param name="caller">
    /// What the token says: the principal's kind, issuer and name, and in <see cref="Caller.Credential"/> the credential that it
    /// was got with. Where another issuer vouches for the principal, there is nothing to read and it stays as it is.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// <see langword="null"/> where the account or robot is gone or disabled, or the credential was revoked, replaced by another,
    /// or has expired: a later account of the same name has other credentials.
    /// </returns>
    Task<Caller?> ResumeAsync(Caller caller, CancellationToken cancellationToken);
}
