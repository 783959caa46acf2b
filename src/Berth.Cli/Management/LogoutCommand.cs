using System.CommandLine;

namespace Berth.Cli.Management;

/// <summary><c>berth logout</c>: revokes the token that <c>berth login</c> made, and forgets the login.</summary>
internal static class LogoutCommand
{
    public static Command Create(ManagementOptions options)
    {
        var url = new Argument<string?>("URL")
        {
            Description = "the registry; without it the current one",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var local = new Option<bool>("--local") { Description = "forget the login without revoking its token" };
        return options.CreateLocal(
            "logout", "Logs out of a registry, and revokes the token that was kept for it.", [url, local],
            async (run, token) =>
            {
                var file = LoginFile.Find(run.Input);
                var logins = file.Read();
                var address = run.Address(run.Get(url), logins);
                var login = logins.Find(address.ToString())
                    ?? throw new CommandException($"there is no login to {address}");
                if (login.TokenId is { } id && !run.Get(local))
                    await RevokeAsync(address, login, id, token);
                file.Write(logins.Without(login));
                await run.Results.WriteDoneAsync([], $"logged out of {address}");
            });
    }

    private static async Task RevokeAsync(
        RegistryAddress address, KeptLogin login, string id, CancellationToken cancellationToken)
    {
        using var api = new RegistryApi(address, new(login.User, login.Secret));
        try
        {
            await api.SendAsync(HttpMethod.Delete, RegistryApi.Path("user", "tokens", id), body: null, cancellationToken);
        }
        catch (RefusedException e) when (e.Status is 401 or 404)
        {
            // It is revoked already, or its account is gone.
        }
        catch (CommandException e)
        {
            throw new CommandException($"{e.Message}; to forget the login without revoking its token: --local", e);
        }
    }
}
