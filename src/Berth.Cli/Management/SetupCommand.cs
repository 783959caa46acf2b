using System.CommandLine;

namespace Berth.Cli.Management;

/// <summary><c>berth setup</c>: makes the first administrator of a registry.</summary>
internal static class SetupCommand
{
    public static Command Create(ManagementOptions options)
    {
        var url = ManagementOptions.Name("URL", "the registry");
        var code = new Option<string>("--code")
        {
            Description = "the one-time code that the registry printed when it started",
            HelpName = "CODE",
            Required = true,
        };
        var user = new Option<string>("--username", "-u")
        {
            Description = "the name of the administrator",
            HelpName = "NAME",
            DefaultValueFactory = _ => "admin",
        };
        var fromInput = ManagementOptions.PasswordFromInput();
        return options.CreateLocal(
            "setup", "Makes the first administrator of a registry.", [url, code, user, fromInput],
            async (run, token) =>
            {
                var address = RegistryAddress.Parse(run.Get(url));
                using var api = run.Connect(address, login: null);
                var name = run.Get(user)!;
                var password = await run.Prompt.AskNewPasswordAsync($"Password for {name}", run.Get(fromInput), token);
                var answer = await api.SendAsync(
                    HttpMethod.Post, "setup",
                    new() { ["code"] = run.Get(code), ["name"] = name, ["password"] = password }, token);
                await run.Results.WriteDoneAsync(
                    answer, $"{name} administers {address}; to log in: berth login {address} -u {name}");
            });
    }
}
