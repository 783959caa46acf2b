using Berth.Auth;

namespace Berth.Accounts;

/// <summary>What records say of the callers that show a credential.</summary>
internal static class Credentials
{
    /// <summary>The person that an account is of.</summary>
    public static Principal PrincipalOf(string name, AccountRecord account) => new(PrincipalKind.User, Principal.Accounts, name)
    {
        Identity = account.Id,
        Groups = [.. account.Groups.Select(group => group.Id)],
        IsAdministrator = account.IsAdministrator,
    };

    /// <summary>The caller who logged in with an account's password.</summary>
    public static Caller CallerOf(string name, AccountRecord account) =>
        new(PrincipalOf(name, account)) { Credential = account.CredentialId };

    /// <summary>The caller who logged in with a personal token.</summary>
    public static Caller CallerOf(string name, AccountRecord account, PersonalToken token) => new(PrincipalOf(name, account))
    {
        Limits = AccessEntry.Limits(token.Access),
        AllowsApi = token.AllowsApi,
        Credential = token.Id,
    };

    /// <summary>The caller who logged in as a robot.</summary>
    public static Caller CallerOf(RobotName name, RobotRecord robot) =>
        new(new(PrincipalKind.Robot, Principal.Accounts, name.ToString()) { Identity = robot.ProjectId })
        {
            Limits = AccessEntry.Limits(robot.Access),
            Credential = robot.CredentialId,
        };
}
