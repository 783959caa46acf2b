namespace Berth.Auth;

/// <summary>Actions as scopes and tokens spell them.</summary>
internal static class ActionNames
{
    private static readonly (string Name, RepositoryActions Action)[] Known =
        [("pull", RepositoryActions.Pull), ("push", RepositoryActions.Push), ("delete", RepositoryActions.Delete)];

    /// <summary>The names of the actions in a set.</summary>
    public static IEnumerable<string> Names(this RepositoryActions actions) =>
        Known.Where(known => actions.HasFlag(known.Action)).Select(known => known.Name);

    /// <summary>The same, joined by commas.</summary>
    public static string Text(this RepositoryActions actions) => string.Join(',', actions.Names());

    /// <summary>The set of actions with these names. <c>*</c> is all; what is unknown is nothing.</summary>
    public static RepositoryActions Parse(IEnumerable<string> names) =>
        names.Aggregate(RepositoryActions.None, (all, name) => all | Parse(name));

    private static RepositoryActions Parse(string name) =>
        name == "*" ? RepositoryActions.All : Array.Find(Known, known => known.Name == name).Action;
}
