using System.CommandLine;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary><c>berth robot</c>: logins for programs, of a project.</summary>
internal static class RobotCommand
{
    private static readonly Column[] Columns =
    [
        new("NAME", "name"), new("LOGIN", "login"), new("ACCESS", Column.Access), Column.Time("CREATED", "created"),
        Column.Time("EXPIRES", "expires"), Column.Time("LAST USED", "lastUsed"),
    ];

    public static Command Create(ManagementOptions options, CliInput input)
    {
        var project = ManagementOptions.Name("PROJECT", "the project");
        var robot = ManagementOptions.Name("ROBOT", "its name in the project");
        return new("robot", "Robots: logins for programs, of one project.")
        {
            CreateOne(options, input, project, robot),
            List(options, project),
            Rotate(options, project, robot),
            Delete(options, project, robot),
        };
    }

    private static Command CreateOne(
        ManagementOptions options, CliInput input, Argument<string> project, Argument<string> robot)
    {
        var role = new Option<string?>("--role")
        {
            Description = "with all repositories of the project: a reader pulls, a writer pushes too, a maintainer deletes too",
        };
        role.AcceptOnlyFromAmong("reader", "writer", "maintainer");
        var terms = new CredentialOptions(input);
        var command = options.Create(
            "create", "Makes a robot, and prints its secret this once.", [project, robot, role, terms.Access, terms.Expires],
            async (run, token) =>
            {
                var wanted = new JsonObject { ["name"] = run.Get(robot) };
                if (run.Get(role) is { } given)
                    wanted["role"] = given;
                terms.Read(run, wanted);
                var path = RegistryApi.Path("projects", run.Get(project), "robots");
                await ShowSecretAsync(run, await run.Api.SendAsync(HttpMethod.Post, path, wanted, token));
            });
        command.Validators.Add(result =>
        {
            if (ManagementOptions.IsGiven(result, role) == ManagementOptions.IsGiven(result, terms.Access))
                result.AddError("Say what the robot may do: either --role or --access.");
        });
        return command;
    }

    private static Command List(ManagementOptions options, Argument<string> project)
    {
        var limit = ManagementOptions.Limit();
        return options.Create("list", "Lists the robots of a project.", [project, limit], (run, token) =>
            run.ShowListAsync(
                RegistryApi.Path("projects", run.Get(project), "robots"), "robots", Columns, run.Get(limit), token));
    }

    private static Command Rotate(ManagementOptions options, Argument<string> project, Argument<string> robot)
    {
        var yes = ManagementOptions.Yes();
        return options.Create(
            "rotate", "Gives a robot another secret, and prints it this once. The one before ends at once.",
            [project, robot, yes],
            async (run, token) =>
            {
                var api = run.Api;
                if (!run.Get(yes))
                {
                    await run.Prompt.ConfirmAsync(
                        $"end the secret of robot {run.Get(robot)} of project {run.Get(project)}", token);
                }
                var path = RegistryApi.Path("projects", run.Get(project), "robots", run.Get(robot), "rotate");
                await ShowSecretAsync(run, await api.SendAsync(HttpMethod.Post, path, body: null, token));
            });
    }

    private static Command Delete(ManagementOptions options, Argument<string> project, Argument<string> robot)
    {
        var yes = ManagementOptions.Yes();
        return options.Create(
            "delete", "Deletes a robot. Its secret ends at once.", [project, robot, yes],
            (run, token) => run.DeleteAsync(
                RegistryApi.Path("projects", run.Get(project), "robots", run.Get(robot)),
                $"robot {run.Get(robot)} of project {run.Get(project)}", yes, token));
    }

    private static Task ShowSecretAsync(ManagementRun run, JsonObject robot) =>
        run.Results.WriteSecretAsync(robot, Column.Text(robot["login"]) ?? "", run.Api.Address);
}
