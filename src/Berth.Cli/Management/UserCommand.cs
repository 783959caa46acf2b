using System.CommandLine;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary><c>berth user</c>: accounts.</summary>
internal static class UserCommand
{
    private static readonly Column[] Columns =
    [
        new("NAME", "name"), new("ADMINISTRATOR", "isAdministrator"), new("DISABLED", "isDisabled"), new("GROUPS", "groups"),
        Column.Time("CREATED", "created"),
    ];

    public static Command Create(ManagementOptions options)
    {
        var name = ManagementOptions.Name("USER", "the account");
        return new("user", "Accounts of people.")
        {
            Add(options, name),
            List(options),
            options.Create("show", "Shows an account.", [name], (run, token) =>
                run.ShowAsync(HttpMethod.Get, Path(run.Get(name)), body: null, Columns, token)),
            Change(options, name),
            SetPassword(options, name),
            Delete(options, name),
        };
    }

    private static string Path(string name) => RegistryApi.Path("users", name);

    private static Command Add(ManagementOptions options, Argument<string> name)
    {
        var administrator = new Option<bool>("--administrator") { Description = "one that may do everything" };
        var fromInput = ManagementOptions.PasswordFromInput();
        return options.Create(
            "add", "Makes an account; without a login one for yourself, where the registry allows that.",
            [name, administrator, fromInput],
            async (run, token) =>
            {
                var api = run.Api;
                var password = await run.Prompt.AskNewPasswordAsync(
                    $"Password for {PrintableText.Of(run.Get(name))}", run.Get(fromInput), token);
                var wanted = new JsonObject { ["name"] = run.Get(name), ["password"] = password };
                if (run.Get(administrator))
                    wanted["isAdministrator"] = true;
                await run.Results.WriteAsync(await api.SendAsync(HttpMethod.Post, "users", wanted, token), Columns);
            });
    }

    private static Command List(ManagementOptions options)
    {
        var limit = ManagementOptions.Limit();
        return options.Create("list", "Lists the accounts.", [limit], (run, token) =>
            run.ShowListAsync("users", "users", Columns, run.Get(limit), token));
    }

    private static Command Change(ManagementOptions options, Argument<string> name)
    {
        var administrator = YesOrNo("--administrator", "whether it may do everything");
        var disabled = YesOrNo("--disabled", "whether it can log in no more");
        var command = options.Create(
            "set", "Changes an account.", [name, administrator, disabled],
            (run, token) =>
            {
                var wanted = new JsonObject();
                if (run.Get(administrator) is { } isAdministrator)
                    wanted["isAdministrator"] = isAdministrator;
                if (run.Get(disabled) is { } isDisabled)
                    wanted["isDisabled"] = isDisabled;
                return run.ShowAsync(HttpMethod.Patch, Path(run.Get(name)), wanted, Columns, token);
            });
        command.Validators.Add(result =>
        {
            if (!ManagementOptions.IsGiven(result, administrator) && !ManagementOptions.IsGiven(result, disabled))
                result.AddError("Say what to change: --administrator or --disabled.");
        });
        return command;
    }

    private static Command SetPassword(ManagementOptions options, Argument<string> name)
    {
        var fromInput = ManagementOptions.PasswordFromInput();
        fromInput.Description = "read the password from the input instead of asking for it; the old one first, on a line of "
            + "its own, unless you are an administrator";
        return options.Create(
            "password", "Sets the password of an account: your own, or as an administrator any.", [name, fromInput],
            async (run, token) =>
            {
                var api = run.Api;
                var body = new JsonObject();
                var caller = await api.GetAsync("user", token);
                if ((bool?)caller["isAdministrator"] != true)
                    body["oldPassword"] = await run.Prompt.AskSecretAsync("Old password", run.Get(fromInput), token);
                var user = run.Get(name);
                body["password"] = await run.Prompt.AskNewPasswordAsync(
                    $"New password for {PrintableText.Of(user)}", run.Get(fromInput), token);
                await run.DoAsync(
                    HttpMethod.Put, RegistryApi.Path("users", user, "password"), body, $"password of user {user} set", token);
            });
    }

    private static Command Delete(ManagementOptions options, Argument<string> name)
    {
        var yes = ManagementOptions.Yes();
        return options.Create(
            "delete", "Deletes an account with its tokens and memberships.", [name, yes],
            (run, token) => run.DeleteAsync(Path(run.Get(name)), $"user {run.Get(name)}", yes, token));
    }

    private static Option<bool?> YesOrNo(string name, string description) =>
        new(name) { Description = description, HelpName = "true|false" };
}
