using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary><c>berth login</c>: checks a login and keeps it, as a personal token wherever the account can have one.</summary>
internal static class LoginCommand
{
    private const int LongestTokenName = 64;

    public static Command Create(ManagementOptions options)
    {
        var url = new Argument<string?>("URL")
        {
            Description = "the registry: https://HOST, or without it BERTH_URL or the current one",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var user = new Option<string?>("--username", "-u") { Description = "the account", HelpName = "NAME" };
        var fromInput = ManagementOptions.PasswordFromInput();
        var keepPassword = new Option<bool>("--keep-password")
        {
            Description = "where the account can have no personal token, keep the password itself",
        };
        var device = new DeviceOptions();
        var command = options.CreateLocal(
            "login",
            "Logs in to a registry, with a password or a personal token, and makes it the current one.",
            [url, user, fromInput, keepPassword, .. device.All],
            async (run, token) =>
            {
                var file = LoginFile.Find(run.Input);
                var address = run.Address(run.Get(url), file.Read());
                if (!run.IsInsecure)
                    RegistryAddress.RequirePrivate(address.Url);
                var login = run.Get(device.Oidc)
                    ? await device.SignInAsync(run, token)
                    : await AskAsync(run, run.Get(user), run.Get(fromInput), token);
                await LogInAsync(run, file, address, login, run.Get(keepPassword), token);
            });
        command.Validators.Add(result =>
        {
            if (ManagementOptions.IsGiven(result, device.Oidc)
                && (ManagementOptions.IsGiven(result, fromInput) || ManagementOptions.IsGiven(result, user)))
            {
                result.AddError("--oidc needs neither --username nor --password-stdin.");
            }
        });
        return command;
    }

    private static async Task<Login> AskAsync(
        ManagementRun run, string? user, bool fromInput, CancellationToken cancellationToken)
    {
        user ??= await run.Prompt.AskAsync("User name", "name the account with --username", cancellationToken);
        if (user.Contains(':'))
            throw new CommandException("a user name has no colon");
        return new(user, await run.Prompt.AskSecretAsync("Password or personal token", fromInput, cancellationToken));
    }

    private static async Task LogInAsync(
        ManagementRun run, LoginFile file, RegistryAddress address, Login login, bool keepPassword,
        CancellationToken cancellationToken)
    {
        using var api = run.Connect(address, login);
        var caller = await CheckAsync(api, cancellationToken);
        var kept = new KeptLogin { Url = address.ToString(), User = login.User, Secret = login.Secret, Insecure = run.IsInsecure };
        if (!login.HasPersonalToken && login.User != ManagementRun.IdentityTokenUser)
            kept = await MakeTokenAsync(api, kept, keepPassword, cancellationToken);
        var before = file.Read();
        try
        {
            file.Write(before.With(kept));
        }
        catch
        {
            await RevokeAsync(api, kept, CancellationToken.None);
            throw;
        }
        if (before.Find(kept.Url) is { TokenId: not null } former)
        {
            using var formerApi = run.Connect(address, new(former.User, former.Secret));
            await RevokeAsync(formerApi, former, cancellationToken);
        }
        await run.Results.WriteDoneAsync(
            caller, $"{Column.Text(caller["name"])} is logged in to {address}; {(kept.TokenId is null ? "the secret" : "a token")} "
            + $"is kept in {file.Path}");
    }

    /// <summary>Asks the registry who this is.</summary>
    private static async Task<JsonObject> CheckAsync(RegistryApi api, CancellationToken cancellationToken)
    {
        try
        {
            var caller = await api.GetAsync("user", cancellationToken);
            return (bool?)caller["api"] == false
                ? throw new CommandException("this token is for pulling and pushing only: make one with berth token create --api")
                : caller;
        }
        catch (RefusedException e) when (e.Status == 401)
        {
            throw new CommandException($"{api.Address} does not know this name with this secret", e);
        }
        catch (RefusedException e) when (e.Status == 404)
        {
            throw new CommandException($"{api.Address} has no accounts to log in to (Berth:Auth:Mode is not accounts)", e);
        }
    }

    /// <summary>Makes a personal token to keep in the place of the password.</summary>
    private static async Task<KeptLogin> MakeTokenAsync(
        RegistryApi api, KeptLogin login, bool keepPassword, CancellationToken cancellationToken)
    {
        var name = $"berth {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))} on {Environment.MachineName}";
        var wanted = new JsonObject
        {
            ["name"] = name[..Math.Min(name.Length, LongestTokenName)],
            ["api"] = true,
            // It has to allow something on repositories. This command needs nothing.
            ["access"] = new JsonArray(new JsonObject { ["repositories"] = "*", ["actions"] = new JsonArray("pull") }),
        };
        try
        {
            var made = await api.SendAsync(HttpMethod.Post, "user/tokens", wanted, cancellationToken);
            return login with { Secret = (string)made["secret"]!, TokenId = (string)made["id"]! };
        }
        catch (RefusedException e) when (e.Status == 403)
        {
            return keepPassword
                ? login
                : throw new CommandException($"{e.Message}; to keep the password itself, log in with --keep-password", e);
        }
    }

    /// <summary>Revokes the token of a login; where that fails, it ends or is found in the list of tokens.</summary>
    private static async Task RevokeAsync(RegistryApi api, KeptLogin login, CancellationToken cancellationToken)
    {
        if (login.TokenId is not { } id)
            return;
        try
        {
            await api.SendAsync(HttpMethod.Delete, RegistryApi.Path("user", "tokens", id), body: null, cancellationToken);
        }
        catch (Exception e) when (e is RefusedException or CommandException)
        {
            // The login itself went well, or failed for a reason that matters more.
        }
    }
}
