using Berth.Auth;

namespace Berth.Accounts;

/// <summary>Logs robots in: <c>robot$project+name</c> with <c>berth_robot_SECRET</c>.</summary>
/// <remarks>Whether the robot's project is still the same is told by the project's rules, which each request reads.</remarks>
internal sealed class RobotSignIn(AccountRecords records, TimeProvider time) : ICredentialSource
{
    private const string Prefix = "berth_robot_";

    /// <summary>A new secret, and the text that is shown once.</summary>
    public static (string Secret, string Text) New()
    {
        var secret = Secret.New();
        return (secret, Prefix + secret);
    }

    public async Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        if (!RobotName.IsLogin(name))
        {
            return null;
        }
        var isName = RobotName.TryParseLogin(name, out var robot);
        var all = records.Robots(robot.Project);
        var stored = isName ? await all.GetAsync(robot.Name.ToString(), cancellationToken) : null;
        var part = secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : "";
        if (!Secret.IsRight(part, stored?.Value.Hash) || stored is null)
        {
            return SignIn.Ended("unknown robot or wrong secret");
        }
        var now = time.GetUtcNow();
        if (stored.Value.Expires <= now)
        {
            return SignIn.Ended("robot expired");
        }
        if (LastUse.IsDue(stored.Value.LastUsed, now))
        {
            await LastUse.RecordAsync(() => all.TryReplaceAsync(stored, stored.Value with { LastUsed = now }, cancellationToken));
        }
        return SignIn.Accepted(Credentials.CallerOf(robot, stored.Value));
    }
}
