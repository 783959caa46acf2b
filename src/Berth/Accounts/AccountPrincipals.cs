using Berth.Auth;

namespace Berth.Accounts;

/// <summary>What accounts and robots say now of those who got a token with them.</summary>
internal sealed class AccountPrincipals(AccountRecords records, TimeProvider time) : IPrincipals
{
    public async Task<Caller?> ResumeAsync(Caller caller, CancellationToken cancellationToken) => caller.Principal switch
    {
        { Issuer: Principal.Accounts, Kind: PrincipalKind.User } user =>
            await ResumeUserAsync(user.Name, caller.Credential, cancellationToken),
        { Issuer: Principal.Accounts, Kind: PrincipalKind.Robot } robot =>
            await ResumeRobotAsync(robot.Name, caller.Credential, cancellationToken),
        { Issuer: Principal.Accounts } => null,
        // The rules that let it in are not in its token: what it may see besides what the token names is not known any more.
        { Kind: PrincipalKind.Workload } => caller with { AllowsCatalog = false },
        _ => caller,
    };

    private async Task<Caller?> ResumeUserAsync(string name, string? credential, CancellationToken cancellationToken)
    {
        if (await records.Accounts.GetAsync(name, cancellationToken) is not { Value: { IsDisabled: false } account })
        {
            return null;
        }
        if (credential == account.CredentialId)
        {
            return Credentials.CallerOf(name, account);
        }
        return account.Tokens.FirstOrDefault(one => one.Id == credential) is { } token && IsLive(token.Expires)
            ? Credentials.CallerOf(name, account, token)
            : null;
    }

    private async Task<Caller?> ResumeRobotAsync(string text, string? credential, CancellationToken cancellationToken) =>
        RobotName.TryParse(text, out var name)
        && await records.Robots(name.Project).GetAsync(name.Name.ToString(), cancellationToken) is { Value: { } robot }
        && robot.CredentialId == credential && IsLive(robot.Expires)
            ? Credentials.CallerOf(name, robot)
            : null;

    private bool IsLive(DateTimeOffset? expires) => !(expires <= time.GetUtcNow());
}
