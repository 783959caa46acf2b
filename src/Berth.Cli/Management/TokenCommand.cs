using System.CommandLine;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary><c>berth token</c>: personal tokens of one's own account.</summary>
internal static class TokenCommand
{
    private static readonly Column[] Columns =
    [
        new("ID", "id"), new("NAME", "name"), new("ACCESS", Column.Access), new("API", "api"), Column.Time("CREATED", "created"),
        Column.Time("EXPIRES", "expires"), Column.Time("LAST USED", "lastUsed"),
    ];

    public static Command Create(ManagementOptions options, CliInput input) =>
        new("token", "Personal tokens: passwords of your own account that can do less, end, and be revoked.")
        {
            CreateOne(options, input),
            List(options),
            Delete(options),
        };

    private static Command CreateOne(ManagementOptions options, CliInput input)
    {
        var name = ManagementOptions.Name("NAME", "what you call it");
        var api = new Option<bool>("--api") { Description = "allow management with it, too, by this command or the API" };
        var terms = new CredentialOptions(input);
        return options.Create(
            "create", "Makes a token for all that you may do, or for less, and prints its secret this once.",
            [name, terms.Access, api, terms.Expires],
            async (run, token) =>
            {
                var wanted = new JsonObject { ["name"] = run.Get(name), ["api"] = run.Get(api) };
                terms.Read(run, wanted);
                var made = await run.Api.SendAsync(HttpMethod.Post, "user/tokens", wanted, token);
                await run.Results.WriteSecretAsync(made, run.Api.Login?.User ?? "", run.Api.Address);
            });
    }

    private static Command List(ManagementOptions options)
    {
        var limit = ManagementOptions.Limit();
        return options.Create("list", "Lists your tokens, without their secrets.", [limit], (run, token) =>
            run.ShowListAsync("user/tokens", "tokens", Columns, run.Get(limit), token));
    }

    private static Command Delete(ManagementOptions options)
    {
        var id = ManagementOptions.Name("ID", "its id, as the list has it");
        var yes = ManagementOptions.Yes();
        return options.Create("delete", "Revokes a token at once.", [id, yes], (run, token) =>
            run.DeleteAsync(RegistryApi.Path("user", "tokens", run.Get(id)), $"token {run.Get(id)}", yes, token));
    }
}
