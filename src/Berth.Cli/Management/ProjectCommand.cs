using System.CommandLine;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary><c>berth project</c>: projects, to which repositories belong by the first part of their names.</summary>
internal static class ProjectCommand
{
    private static readonly Column[] Columns =
        [new("NAME", "name"), new("VISIBILITY", "visibility"), new("ROLE", "role"), Column.Time("CREATED", "created")];

    public static Command Create(ManagementOptions options)
    {
        var name = ManagementOptions.Name("PROJECT", "its name: the first part of the names of its repositories");
        return new("project", "Projects: repositories with the same members.")
        {
            CreateOne(options, name),
            List(options),
            options.Create("show", "Shows a project.", [name], (run, token) =>
                run.ShowAsync(HttpMethod.Get, Path(run.Get(name)), body: null, Columns, token)),
            Change(options, name),
            Delete(options, name),
        };
    }

    /// <summary>The path of a project.</summary>
    public static string Path(string name) => RegistryApi.Path("projects", name);

    private static Command CreateOne(ManagementOptions options, Argument<string> name)
    {
        var visibility = Visibility();
        return options.Create("create", "Makes a project, private unless told otherwise.", [name, visibility], (run, token) =>
        {
            var wanted = new JsonObject { ["name"] = run.Get(name) };
            if (run.Get(visibility) is { } given)
                wanted["visibility"] = given;
            return run.ShowAsync(HttpMethod.Post, "projects", wanted, Columns, token);
        });
    }

    private static Command List(ManagementOptions options)
    {
        var limit = ManagementOptions.Limit();
        return options.Create("list", "Lists the projects that you may see.", [limit], (run, token) =>
            run.ShowListAsync("projects", "projects", Columns, run.Get(limit), token));
    }

    private static Command Change(ManagementOptions options, Argument<string> name)
    {
        var visibility = Visibility();
        visibility.Required = true;
        return options.Create("set", "Changes a project.", [name, visibility], (run, token) =>
            run.ShowAsync(
                HttpMethod.Patch, Path(run.Get(name)), new() { ["visibility"] = run.Get(visibility) }, Columns, token));
    }

    private static Command Delete(ManagementOptions options, Argument<string> name)
    {
        var yes = ManagementOptions.Yes();
        return options.Create(
            "delete",
            "Deletes a project with its members and robots. Its repositories stay, for administrators alone.",
            [name, yes],
            (run, token) => run.DeleteAsync(Path(run.Get(name)), $"project {run.Get(name)}", yes, token));
    }

    private static Option<string?> Visibility()
    {
        var visibility = new Option<string?>("--visibility") { Description = "who may pull: members, or anybody" };
        visibility.AcceptOnlyFromAmong("private", "public");
        return visibility;
    }
}
