using System.CommandLine;

namespace Berth.Cli.Management;

/// <summary><c>berth whoami</c>: as whom a registry knows the caller.</summary>
internal static class WhoAmICommand
{
    public static Command Create(ManagementOptions options) => options.Create(
        "whoami", "Shows as whom the registry knows you.", [],
        (run, token) => run.ShowAsync(
            HttpMethod.Get, "user", body: null,
            [
                new("NAME", "name"), new("KIND", "kind"), new("ISSUER", "issuer"), new("ADMINISTRATOR", "isAdministrator"),
                new("GROUPS", "groups"), new("REGISTRY", _ => run.Api.Address.ToString()),
            ],
            token));
}
