using System.CommandLine;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary><c>berth registry</c>: the registries that are logged in to.</summary>
internal static class RegistryCommand
{
    private static readonly Column[] Columns = [new("URL", "url"), new("USER", "user"), new("CURRENT", "current")];

    public static Command Create(ManagementOptions options)
    {
        var url = ManagementOptions.Name("URL", "a registry that is logged in to");
        return new("registry", "Registries that are logged in to, of which one is the current one.")
        {
            options.CreateLocal("list", "Lists them.", [], async (run, _) =>
            {
                var logins = LoginFile.Find(run.Input).Read();
                await run.Results.WriteListAsync(
                    "registries", [.. logins.Registries.Select(login => Describe(login, logins))], Columns);
            }),
            options.CreateLocal("use", "Makes one of them the current one.", [url], async (run, _) =>
            {
                var file = LoginFile.Find(run.Input);
                var logins = file.Read();
                var address = RegistryAddress.Parse(run.Get(url));
                var login = logins.Find(address.ToString())
                    ?? throw new CommandException($"there is no login to {address}");
                var changed = logins with { Current = login.Url };
                file.Write(changed);
                await run.Results.WriteAsync(Describe(login, changed), Columns);
            }),
        };
    }

    private static JsonObject Describe(KeptLogin login, KeptLogins logins) => new()
    {
        ["url"] = login.Url,
        ["user"] = login.User,
        ["current"] = login.Url == logins.Current,
    };
}
