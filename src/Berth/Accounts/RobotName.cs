using Berth.Content;

namespace Berth.Accounts;

/// <summary>A robot: <c>project+name</c>, and <c>robot$project+name</c> where it logs in.</summary>
internal readonly record struct RobotName(ProjectName Project, AccountName Name)
{
    private const string LoginPrefix = "robot$";

    /// <summary>The user name that it logs in with: no account has such a one.</summary>
    public string Login => LoginPrefix + this;

    /// <summary>Whether a user name is meant to be a robot's.</summary>
    public static bool IsLogin(string text) => text.StartsWith(LoginPrefix, StringComparison.Ordinal);

    /// <summary>Reads a user name.</summary>
    public static bool TryParseLogin(string text, out RobotName robot)
    {
        robot = default;
        return IsLogin(text) && TryParse(text[LoginPrefix.Length..], out robot);
    }

    /// <summary>Reads <c>project+name</c>.</summary>
    public static bool TryParse(string text, out RobotName robot)
    {
        robot = default;
        if (text.Split('+') is not [var project, var name] || !ProjectName.TryParse(project, out var parsedProject)
            || !AccountName.TryParse(name, out var parsedName))
        {
            return false;
        }
        robot = new(parsedProject, parsedName);
        return true;
    }

    public override string ToString() => $"{Project}+{Name}";
}
