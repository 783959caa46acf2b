using Berth.Auth;

namespace Berth.Tests.Auth.Tokens;

/// <summary>Records that know everybody, but for what a test takes away.</summary>
internal sealed class FixedPrincipals : IPrincipals
{
    /// <summary>Credentials that are no longer valid.</summary>
    public HashSet<string> Revoked { get; } = [];

    /// <summary>What every credential allows now.</summary>
    public AccessLimit[]? Limits { get; set; }

    public Task<Caller?> ResumeAsync(Caller caller, CancellationToken cancellationToken) =>
        Task.FromResult(Revoked.Contains(caller.Credential ?? "") ? null : caller with { Limits = Limits });
}
