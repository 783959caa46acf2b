using System.Net;
using System.Text.Json.Nodes;
using Berth.Tests.Accounts;

namespace Berth.Tests.Api;

/// <summary><c>/api/v1/users</c>, <c>/api/v1/user</c> and <c>/api/v1/groups</c>.</summary>
public sealed class UsersApiTests(AccountsRegistry registry) : IClassFixture<AccountsRegistry>
{
    public static TheoryData<string, string, string?, int[]> Operations() => new()
    {
        //                                                                            anybody another oneself administrator
        { "GET", "users", null, [401, 403, 403, 200] },
        { "POST", "users", "{}", [401, 403, 403, 400] },
        { "GET", "users/NAME", null, [401, 403, 200, 200] },
        { "GET", "users/nobody", null, [401, 403, 403, 404] },
        { "PATCH", "users/NAME", "{\"isAdministrator\":true}", [401, 403, 403, 200] },
        { "PUT", "users/NAME/password", "{\"password\":\"another-password\"}", [401, 403, 403, 204] },
        { "PUT", "users/NAME/password", "{\"password\":\"another-password\",\"oldPassword\":\"wrong\"}", [401, 403, 403, 204] },
        { "DELETE", "users/NAME", null, [401, 403, 403, 204] },
        { "GET", "user", null, [401, 200, 200, 200] },
        { "GET", "user/tokens", null, [401, 200, 200, 200] },
        { "POST", "user/tokens", "{}", [401, 400, 400, 400] },
        { "DELETE", "user/tokens/none", null, [401, 404, 404, 404] },
        { "GET", "groups", null, [401, 403, 403, 200] },
        { "POST", "groups", "{}", [401, 403, 403, 400] },
        { "GET", "groups/nogroup", null, [401, 403, 403, 404] },
        { "GET", "groups/nogroup/members", null, [401, 403, 403, 404] },
        { "PUT", "groups/nogroup/members/NAME", null, [401, 403, 403, 404] },
        { "DELETE", "groups/nogroup/members/NAME", null, [401, 403, 403, 404] },
        { "DELETE", "groups/nogroup", null, [401, 403, 403, 404] },
        { "POST", "projects", "{}", [401, 403, 403, 400] },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Who_may_what(string method, string path, string? body, int[] expected)
    {
        var (_, another) = await registry.SharedUserAsync("another");
        var (name, oneself) = await registry.NewUserAsync();
        var seen = new List<int>();
        foreach (var caller in new[] { registry.As(), another, oneself, registry.AsRoot() })
        {
            using var response = await caller.SendAsync(
                method, path.Replace("NAME", name, StringComparison.Ordinal),
                body is null ? null : (JsonObject)JsonNode.Parse(body)!);
            seen.Add((int)response.StatusCode);
        }

        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task The_last_administrator_stays_one()
    {
        var alone = new AccountsRegistry();
        await alone.InitializeAsync();
        var root = alone.AsRoot();
        await root.ExpectAsync(HttpStatusCode.Conflict, "PATCH", "users/root", new() { ["isAdministrator"] = false });
        await root.ExpectAsync(HttpStatusCode.Conflict, "PATCH", "users/root", new() { ["isDisabled"] = true });
        await root.ExpectAsync(HttpStatusCode.Conflict, "DELETE", "users/root");
        var (name, user) = await alone.NewUserAsync();
        await root.ExpectAsync(HttpStatusCode.OK, "PATCH", $"users/{name}", new() { ["isAdministrator"] = true });

        // Each takes the right from the other.
        var answers = await Task.WhenAll(
            root.SendAsync("PATCH", $"users/{name}", new() { ["isAdministrator"] = false }),
            user.SendAsync("PATCH", "users/root", new() { ["isDisabled"] = true }));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Null(await alone.Registry.PrepareAsync());
        await alone.DisposeAsync();
    }

    [Fact]
    public async Task A_disabled_administrator_does_not_count_and_one_who_is_back_does()
    {
        var alone = new AccountsRegistry();
        await alone.InitializeAsync();
        var root = alone.AsRoot();
        var (name, user) = await alone.NewUserAsync();
        await root.ExpectAsync(
            HttpStatusCode.OK, "PATCH", $"users/{name}", new() { ["isAdministrator"] = true, ["isDisabled"] = true });
        await root.ExpectAsync(HttpStatusCode.Conflict, "DELETE", "users/root");

        await root.ExpectAsync(HttpStatusCode.OK, "PATCH", $"users/{name}", new() { ["isDisabled"] = false });
        await user.ExpectAsync(HttpStatusCode.NoContent, "DELETE", "users/root");
        await user.ExpectAsync(HttpStatusCode.Conflict, "DELETE", $"users/{name}");
        await alone.DisposeAsync();
    }

    [Fact]
    public async Task Anybody_makes_an_account_where_that_is_allowed_and_no_administrator()
    {
        var open = new AccountsRegistry { Options = new() { SelfRegistration = true } };
        await open.InitializeAsync();
        var name = AccountsRegistry.NewName("u");
        var body = new JsonObject { ["name"] = name, ["password"] = AccountsRegistry.Password };

        var made = await open.As().ExpectAsync(HttpStatusCode.Created, "POST", "users", body);
        Assert.False((bool)made!["isAdministrator"]!);
        await open.As().ExpectAsync(HttpStatusCode.Conflict, "POST", "users", body);
        await open.As(name).ExpectAsync(HttpStatusCode.OK, "GET", $"users/{name}");
        await open.As().ExpectAsync(HttpStatusCode.Forbidden, "POST", "users", new()
        {
            ["name"] = AccountsRegistry.NewName("u"),
            ["password"] = AccountsRegistry.Password,
            ["isAdministrator"] = true,
        });
        await open.DisposeAsync();
    }

    [Fact]
    public async Task Somebody_is_told_who_he_is_and_in_which_groups()
    {
        var (name, user) = await registry.NewUserAsync();
        var group = AccountsRegistry.NewName("g");
        await registry.AsRoot().ExpectAsync(HttpStatusCode.Created, "POST", "groups", new() { ["name"] = group });
        await registry.AsRoot().ExpectAsync(HttpStatusCode.NoContent, "PUT", $"groups/{group}/members/{name}");

        var me = (await user.ExpectAsync(HttpStatusCode.OK, "GET", "user"))!;

        Assert.Equal($"user:accounts:{name}", (string)me["id"]!);
        Assert.Equal([group], me["groups"]!.AsArray().Select(one => (string)one!));
        Assert.Null(me["access"]);
        var members = await registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "GET", $"groups/{group}/members");
        Assert.Equal([name], members!["members"]!.AsArray().Select(one => (string)one!));
        await registry.AsRoot().ExpectAsync(HttpStatusCode.NotFound, "PUT", $"groups/{group}/members/nobody-{group}");
    }

    [Fact]
    public async Task A_token_allows_the_API_only_where_it_was_asked_for()
    {
        var (name, user) = await registry.NewUserAsync();
        var pulling = registry.AsBearer(await AccountsRegistry.TokenAsync(user, "repository:a/b:pull"));
        using var refused = await pulling.SendAsync("GET", $"users/{name}");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        var challenge = refused.Headers.WwwAuthenticate.ToString();
        Assert.Contains("scope=\"registry:api:*\"", challenge, StringComparison.Ordinal);
        Assert.Contains("insufficient_scope", challenge, StringComparison.Ordinal);

        var managing = registry.AsBearer(await AccountsRegistry.TokenAsync(user, "registry:api:*"));
        await managing.ExpectAsync(HttpStatusCode.OK, "GET", $"users/{name}");
        await registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "PATCH", $"users/{name}", new() { ["isDisabled"] = true });
        await managing.ExpectAsync(HttpStatusCode.Unauthorized, "GET", $"users/{name}");
    }

    [Fact]
    public async Task A_token_got_with_a_personal_token_that_is_not_for_the_API_is_not_either()
    {
        var (name, user) = await registry.NewUserAsync();
        var made = await user.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = "t" });
        var bearer = registry.AsBearer(
            await AccountsRegistry.TokenAsync(registry.As(name, (string)made!["secret"]!), "registry:api:*"));

        await bearer.ExpectAsync(HttpStatusCode.Unauthorized, "GET", $"users/{name}");
    }
}
