using System.Net;
using System.Text.Json.Nodes;

namespace Berth.Tests.Accounts;

/// <summary>The catalog of somebody who sees few of many projects.</summary>
public sealed class SeenCatalogTests : IAsyncLifetime
{
    private readonly AccountsRegistry _registry = new();

    public async Task InitializeAsync()
    {
        await _registry.InitializeAsync();
        foreach (var name in new[] { "a", "a-b/x", "a/b", "a/c", "b", "hidden/x", "hidden2/x", "open/x", "open/y", "z/x" })
        {
            await _registry.AsRoot().PushImageAsync(name);
        }
        await _registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "PATCH", "projects/open", new() { ["visibility"] = "public" });
    }

    public Task DisposeAsync() => _registry.DisposeAsync();

    [Fact]
    public async Task Everybody_sees_what_he_may_pull_from_in_order_and_no_hint_of_more()
    {
        var (name, user) = await _registry.NewUserAsync();
        await AssertSeesAsync(user, "open/x", "open/y");
        await AssertSeesAsync(_registry.AsRoot(), "a", "a-b/x", "a/b", "a/c", "b", "hidden/x", "hidden2/x", "open/x", "open/y", "z/x");

        await _registry.PutMemberAsync("a", "user", name, "reader");
        await _registry.AsRoot().ExpectAsync(HttpStatusCode.Created, "POST", "groups", new() { ["name"] = "devs" });
        await _registry.AsRoot().ExpectAsync(HttpStatusCode.NoContent, "PUT", $"groups/devs/members/{name}");
        await _registry.PutMemberAsync("a-b", "group", "devs", "writer");
        await AssertSeesAsync(user, "a-b/x", "a/b", "a/c", "open/x", "open/y");

        await _registry.PutMemberAsync("library", "user", name, "reader");
        await AssertSeesAsync(user, "a", "a-b/x", "a/b", "a/c", "b", "open/x", "open/y");

        await user.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"projects/a/members/user/{name}");
        await _registry.AsRoot().ExpectAsync(HttpStatusCode.NoContent, "DELETE", "groups/devs");
        await _registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "PATCH", "projects/open", new() { ["visibility"] = "private" });
        await AssertSeesAsync(user, "a", "b");
    }

    [Fact]
    public async Task A_robot_and_a_limited_token_see_what_they_are_for()
    {
        var robot = await _registry.AsRoot().ExpectAsync(
            HttpStatusCode.Created, "POST", "projects/z/robots", new() { ["name"] = "ci", ["role"] = "reader" });
        await AssertSeesAsync(_registry.As((string)robot!["login"]!, (string)robot["secret"]!), "z/x");

        var (name, user) = await _registry.NewUserAsync();
        await _registry.PutMemberAsync("a", "user", name, "reader");
        var token = await user.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", new()
        {
            ["name"] = "t",
            ["access"] = new JsonArray(new JsonObject { ["repositories"] = "a/c", ["actions"] = new JsonArray("pull") }),
        });
        await AssertSeesAsync(_registry.As(name, (string)token!["secret"]!), "a/c");
        var bearer = _registry.AsBearer(await AccountsRegistry.TokenAsync(user, "registry:catalog:*"));
        await AssertSeesAsync(bearer, "a/b", "a/c", "open/x", "open/y");
    }

    [Fact]
    public async Task What_one_may_not_see_costs_nothing()
    {
        var (_, user) = await _registry.NewUserAsync();
        var before = await CallsAsync(user);
        for (var i = 0; i < 5; i++)
        {
            await _registry.AsRoot().PushImageAsync($"{AccountsRegistry.NewName("hidden-")}/x");
        }

        Assert.Equal(before, await CallsAsync(user));
    }

    private static async Task AssertSeesAsync(AccountsRegistry.Caller caller, params string[] expected)
    {
        foreach (var n in new[] { 1, 2, 1000 })
        {
            var found = new List<string>();
            for (string? next = $"/v2/_catalog?n={n}"; next is not null;)
            {
                using var response = await caller.Client.SendAsync("GET", next);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                var page = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["repositories"]!.AsArray();
                found.AddRange(page.Select(name => (string)name!));
                var link = response.Headers.TryGetValues("Link", out var links) ? links.Single() : null;
                Assert.True(link is null || page.Count == n, "a page that is not full has no other after it");
                next = link?[1..link.IndexOf('>', StringComparison.Ordinal)];
            }
            Assert.Equal(expected, found);
        }
    }

    private static async Task<string> CallsAsync(AccountsRegistry.Caller caller)
    {
        using var response = await caller.Client.SendAsync("GET", "/v2/_catalog?n=1000");
        return response.Headers.GetValues("Server-Timing").Single().Split('"')[1];
    }
}
