namespace Berth.Tests.Auth.Matrix;

/// <summary>
/// Who may do what, as the documentation tells it: literal tables that share nothing with the code that they judge.
/// </summary>
internal static class AccessOracle
{
    /// <summary>Those whose credential is no good: nothing is theirs, not even what is public.</summary>
    public static readonly string[] Rejected =
        ["wrong-password", "disabled", "deleted", "expired-robot", "revoked-robot", "expired-personal", "revoked-personal"];

    /// <summary>Those of them whose every request costs the checking of a password: a few requests of each are enough.</summary>
    public static readonly string[] Costly = ["wrong-password", "deleted"];

    /// <summary>The projects of the fixture; <c>nowhere</c> was never made.</summary>
    public static readonly string[] Projects = ["acme", "open", "other", "library", "nowhere"];

    private static readonly Dictionary<string, string[]> Rights = new()
    {
        //                    acme                  open (public)         other                 library  nowhere
        ["anonymous"] = ["", "pull", "", "", ""],
        ["stranger"] = ["", "pull", "", "", ""],
        ["reader"] = ["pull", "pull", "", "", ""],
        ["writer"] = ["pull push", "pull", "", "", ""],
        ["maintainer"] = ["pull push delete", "pull", "", "", ""],
        ["owner"] = ["pull push delete", "pull", "", "", ""],
        ["group-writer"] = ["pull push", "pull", "", "", ""],
        ["other-writer"] = ["", "pull", "pull push", "", ""],
        ["administrator"] = ["pull push delete", "pull push delete", "pull push delete", "pull push delete", "pull push delete"],
        ["pull-robot"] = ["pull", "", "", "", ""],
        ["app-robot"] = ["app: pull push", "", "", "", ""],
        ["library-robot"] = ["", "", "", "pull push", ""],
        ["owners-pull-token"] = ["app: pull", "", "", "", ""],
        ["readers-full-token"] = ["pull", "pull", "", "", ""],
    };

    /// <summary>Everybody that the tables know.</summary>
    public static IEnumerable<string> Callers => Rights.Keys.Concat(Rejected);

    /// <summary>Whether a caller may do an action with a repository.</summary>
    /// <param name="caller">A row of the table.</param>
    /// <param name="repository">A repository of one of <see cref="Projects"/>.</param>
    /// <param name="action"><c>pull</c>, <c>push</c> or <c>delete</c>.</param>
    public static bool Allows(string caller, string repository, string action)
    {
        if (Rejected.Contains(caller))
        {
            return false;
        }
        var project = repository.Contains('/', StringComparison.Ordinal) ? repository.Split('/')[0] : "library";
        var cell = Rights[caller][Array.IndexOf(Projects, project)];
        if (cell.Split(": ") is [var only, var rest])
        {
            return repository == $"{project}/{only}" && rest.Split(' ').Contains(action);
        }
        return cell.Split(' ').Contains(action);
    }
}
