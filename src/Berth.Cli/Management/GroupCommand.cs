using System.CommandLine;

namespace Berth.Cli.Management;

/// <summary><c>berth group</c>: groups of accounts.</summary>
internal static class GroupCommand
{
    private static readonly Column[] Columns = [new("NAME", "name"), new("MEMBERS", "members"), Column.Time("CREATED", "created")];

    public static Command Create(ManagementOptions options)
    {
        var group = ManagementOptions.Name("GROUP", "the group");
        var user = ManagementOptions.Name("USER", "the account");
        return new("group", "Groups of accounts.")
        {
            options.Create("create", "Makes a group.", [group], (run, token) =>
                run.ShowAsync(HttpMethod.Post, "groups", new() { ["name"] = run.Get(group) }, Columns, token)),
            List(options),
            options.Create("show", "Shows a group.", [group], (run, token) =>
                run.ShowAsync(HttpMethod.Get, RegistryApi.Path("groups", run.Get(group)), body: null, Columns, token)),
            Members(options, group),
            options.Create("add", "Adds an account to a group.", [group, user], (run, token) =>
                run.DoAsync(
                    HttpMethod.Put, Path(run, group, user), body: null,
                    $"user {run.Get(user)} is in group {run.Get(group)}", token)),
            options.Create("remove", "Takes an account out of a group.", [group, user], (run, token) =>
                run.DoAsync(
                    HttpMethod.Delete, Path(run, group, user), body: null,
                    $"user {run.Get(user)} is not in group {run.Get(group)} any more", token)),
            Delete(options, group),
        };
    }

    private static string Path(ManagementRun run, Argument<string> group, Argument<string> user) =>
        RegistryApi.Path("groups", run.Get(group), "members", run.Get(user));

    private static Command List(ManagementOptions options)
    {
        var limit = ManagementOptions.Limit();
        return options.Create("list", "Lists the groups.", [limit], (run, token) =>
            run.ShowListAsync("groups", "groups", Columns, run.Get(limit), token));
    }

    private static Command Members(ManagementOptions options, Argument<string> group)
    {
        var limit = ManagementOptions.Limit();
        return options.Create("members", "Lists the accounts in a group.", [group, limit], (run, token) =>
            run.ShowListAsync(
                RegistryApi.Path("groups", run.Get(group), "members"), "members", [new("USER", Column.Text)], run.Get(limit),
                token));
    }

    private static Command Delete(ManagementOptions options, Argument<string> group)
    {
        var yes = ManagementOptions.Yes();
        return options.Create(
            "delete", "Deletes a group, and its memberships with it. The accounts stay.", [group, yes],
            (run, token) => run.DeleteAsync(
                RegistryApi.Path("groups", run.Get(group)), $"group {run.Get(group)}", yes, token));
    }
}
