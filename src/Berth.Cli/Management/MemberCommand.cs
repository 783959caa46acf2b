using System.CommandLine;

namespace Berth.Cli.Management;

/// <summary><c>berth member</c>: who may do what in a project.</summary>
internal static class MemberCommand
{
    private static readonly string[] Kinds = ["user", "group", "ldap-user", "ldap-group", "oidc-user", "oidc-group"];
    private static readonly Column[] Columns = [new("KIND", "kind"), new("NAME", "name"), new("ROLE", "role")];

    public static Command Create(ManagementOptions options)
    {
        var project = ManagementOptions.Name("PROJECT", "the project");
        var member = ManagementOptions.Name("MEMBER", "the name of a user or a group");
        var kind = new Option<string>("--kind")
        {
            Description = "what the member is: of this registry, or of whom it asks",
            DefaultValueFactory = _ => Kinds[0],
        };
        kind.AcceptOnlyFromAmong(Kinds);
        return new("member", "Members of a project, and their roles.")
        {
            List(options, project),
            Set(options, project, member, kind),
            Remove(options, project, member, kind),
        };
    }

    private static Command List(ManagementOptions options, Argument<string> project)
    {
        var limit = ManagementOptions.Limit();
        return options.Create("list", "Lists the members of a project.", [project, limit], (run, token) =>
            run.ShowListAsync(
                RegistryApi.Path("projects", run.Get(project), "members"), "members", Columns, run.Get(limit), token));
    }

    private static Command Set(
        ManagementOptions options, Argument<string> project, Argument<string> member, Option<string> kind)
    {
        var role = ManagementOptions.Name(
            "ROLE", "a reader pulls, a writer pushes too, a maintainer deletes and makes robots too, an owner decides on members too");
        role.AcceptOnlyFromAmong("reader", "writer", "maintainer", "owner");
        return options.Create(
            "set", "Makes somebody a member of a project, or changes the role.", [project, member, role, kind],
            (run, token) => run.ShowAsync(
                HttpMethod.Put, Path(run, project, member, kind), new() { ["role"] = run.Get(role) }, Columns, token));
    }

    private static Command Remove(
        ManagementOptions options, Argument<string> project, Argument<string> member, Option<string> kind)
    {
        var yes = ManagementOptions.Yes();
        return options.Create(
            "remove", "Ends a membership.", [project, member, kind, yes],
            (run, token) => run.DeleteAsync(
                Path(run, project, member, kind), $"member {run.Get(member)} of project {run.Get(project)}", yes, token));
    }

    private static string Path(
        ManagementRun run, Argument<string> project, Argument<string> member, Option<string> kind) =>
        RegistryApi.Path("projects", run.Get(project), "members", run.Get(kind)!, run.Get(member));
}
