using System.Net;
using System.Text.Json.Nodes;
using Berth.Tests.Accounts;

namespace Berth.Tests.Api;

/// <summary><c>/api/v1/projects</c>: who sees, changes and ends which, and who is a member.</summary>
public sealed class ProjectsApiTests(AccountsRegistry registry) : IClassFixture<AccountsRegistry>
{
    /// <summary>Method, path and body below a project, with the statuses that each caller gets who is none of the others.</summary>
    public static TheoryData<string, string, string?, int[]> Operations() => new()
    {
        //                                                       anybody  outsider reader writer maintainer owner administrator
        { "GET", "", null, [401, 404, 200, 200, 200, 200, 200] },
        { "GET", "/members", null, [401, 404, 200, 200, 200, 200, 200] },
        { "PATCH", "", "{\"visibility\":\"private\"}", [401, 404, 403, 403, 200, 200, 200] },
        { "GET", "/robots", null, [401, 404, 403, 403, 200, 200, 200] },
        { "GET", "/robots/ci", null, [401, 404, 403, 403, 200, 200, 200] },
        { "POST", "/robots", "{}", [401, 404, 403, 403, 400, 400, 400] },
        { "POST", "/robots/ci/rotate", null, [401, 404, 403, 403, 200, 200, 200] },
        { "DELETE", "/robots/no", null, [401, 404, 403, 403, 404, 404, 404] },
        { "PUT", "/members/user/no", "{\"role\":\"reader\"}", [401, 404, 403, 403, 403, 404, 404] },
        { "DELETE", "/members/user/root", null, [401, 404, 403, 403, 403, 204, 409] },
        { "DELETE", "", null, [401, 404, 403, 403, 403, 204, 204] },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_role_allows_what_it_says(string method, string path, string? body, int[] expected)
    {
        var seen = new List<int>();
        foreach (var role in new[] { "anybody", "outsider", "reader", "writer", "maintainer", "owner", "administrator" })
        {
            var project = await registry.NewProjectAsync();
            await registry.AsRoot().ExpectAsync(
                HttpStatusCode.Created, "POST", $"projects/{project}/robots", new() { ["name"] = "ci", ["role"] = "reader" });
            var caller = role is "anybody" ? registry.As() : role is "administrator" ? registry.AsRoot() : await MemberAsync(project, role);
            using var response = await caller.SendAsync(
                method, $"projects/{project}{path}", body is null ? null : (JsonObject)JsonNode.Parse(body)!);
            seen.Add((int)response.StatusCode);
        }

        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task A_project_that_one_may_not_see_is_answered_like_one_that_is_not_there()
    {
        var hidden = await registry.NewProjectAsync();
        var (_, user) = await registry.SharedUserAsync("outsider");

        async Task<string> AnswerAsync(AccountsRegistry.Caller caller, string project)
        {
            using var response = await caller.SendAsync("GET", $"projects/{project}");
            return $"{response.StatusCode} {response.Headers.WwwAuthenticate} {await response.Content.ReadAsStringAsync()}"
                .Replace(project, "NAME", StringComparison.Ordinal);
        }

        Assert.Equal(await AnswerAsync(user, hidden), await AnswerAsync(user, AccountsRegistry.NewName()));
        Assert.Equal(await AnswerAsync(registry.As(), hidden), await AnswerAsync(registry.As(), AccountsRegistry.NewName()));
    }

    [Fact]
    public async Task The_list_has_what_the_caller_may_see_page_by_page()
    {
        var mine = new List<string>();
        var (name, user) = await registry.NewUserAsync();
        for (var i = 0; i < 3; i++)
        {
            mine.Add(await registry.NewProjectAsync());
            await registry.PutMemberAsync(mine[i], "user", name, "reader");
            await registry.NewProjectAsync();
        }
        var open = await registry.NewProjectAsync("public");

        var seen = await ListAsync(user);
        Assert.Superset(mine.Append(open).ToHashSet(), seen.ToHashSet());
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        Assert.Equal(seen.Except(mine), await ListAsync(registry.As()));
    }

    [Fact]
    public async Task Of_two_changes_at_once_none_is_lost()
    {
        var project = await registry.NewProjectAsync();
        var users = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            users.Add((await registry.NewUserAsync()).Name);
        }

        await Task.WhenAll(users.Select(user => registry.PutMemberAsync(project, "user", user, "reader")));

        var members = await registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "GET", $"projects/{project}/members");
        Assert.Superset(users.ToHashSet(), members!["members"]!.AsArray().Select(member => (string)member!["name"]!).ToHashSet());
    }

    [Fact]
    public async Task Who_decides_by_what_he_read_is_told_when_it_changed()
    {
        var project = await registry.NewProjectAsync();
        var root = registry.AsRoot();
        using var read = await root.SendAsync("GET", $"projects/{project}");
        var tag = read.Headers.ETag!.ToString();
        await registry.PutMemberAsync(project, "ldap-user", "x", "reader");

        using var late = await root.SendAsync("DELETE", $"projects/{project}", null, ("If-Match", tag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        using var change = await root.SendAsync("PATCH", $"projects/{project}", new() { ["visibility"] = "public" }, ("If-Match", tag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, change.StatusCode);
        using var again = await root.SendAsync("GET", $"projects/{project}");
        using var done = await root.SendAsync("DELETE", $"projects/{project}", null, ("If-Match", again.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NoContent, done.StatusCode);
    }

    [Fact]
    public async Task The_last_owner_stays()
    {
        var project = await registry.NewProjectAsync();
        var (name, user) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "owner");
        await user.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"projects/{project}/members/user/root");

        await user.ExpectAsync(HttpStatusCode.Conflict, "DELETE", $"projects/{project}/members/user/{name}");
        await user.ExpectAsync(
            HttpStatusCode.Conflict, "PUT", $"projects/{project}/members/user/{name}", new() { ["role"] = "reader" });
        await registry.PutMemberAsync(project, "user", "root", "owner");
        await user.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"projects/{project}/members/user/{name}");
    }

    [Fact]
    public async Task Names_that_only_others_know_may_be_members_of_their_own_kind()
    {
        var project = await registry.NewProjectAsync();

        await registry.PutMemberAsync(project, "ldap-group", "Domain%20Users", "reader");
        await registry.PutMemberAsync(project, "oidc-user", "a@b.test", "reader");
        await registry.AsRoot().ExpectAsync(
            HttpStatusCode.NotFound, "PUT", $"projects/{project}/members/group/nobody", new() { ["role"] = "reader" });

        var members = (await registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "GET", $"projects/{project}/members?n=2"))!;
        Assert.Equal(["Domain Users", "a@b.test"], members["members"]!.AsArray().Select(member => (string)member!["name"]!));
    }

    [Fact]
    public async Task Nobody_but_an_administrator_takes_a_name_under_which_repositories_are()
    {
        await using var open = new OpenCreation();
        await open.Registry.InitializeAsync();
        var project = AccountsRegistry.NewName("p");
        var (_, user) = await open.Registry.NewUserAsync();
        await open.Registry.AsRoot().PushImageAsync($"{project}/app");
        await open.Registry.AsRoot().ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"projects/{project}");

        await user.ExpectAsync(HttpStatusCode.Conflict, "POST", "projects", new() { ["name"] = project });
        await user.ExpectAsync(HttpStatusCode.Conflict, "POST", "projects", new() { ["name"] = "library" });
        await user.ExpectAsync(HttpStatusCode.Created, "POST", "projects", new() { ["name"] = project + "-x" });
        Assert.Equal(HttpStatusCode.Accepted, await user.PushAsync($"{project}-x/app"));
        await open.Registry.As().ExpectAsync(HttpStatusCode.Unauthorized, "POST", "projects", new() { ["name"] = "anything" });
    }

    private async Task<AccountsRegistry.Caller> MemberAsync(string project, string role)
    {
        var (name, user) = await registry.SharedUserAsync(role);
        if (role != "outsider")
        {
            await registry.PutMemberAsync(project, "user", name, role);
        }
        return user;
    }

    private static async Task<List<string>> ListAsync(AccountsRegistry.Caller caller)
    {
        var (all, path) = (new List<string>(), "projects?n=2");
        while (true)
        {
            using var response = await caller.SendAsync("GET", path);
            var page = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["projects"]!.AsArray();
            Assert.InRange(page.Count, 0, 2);
            all.AddRange(page.Select(project => (string)project!["name"]!));
            if (!response.Headers.TryGetValues("Link", out var links))
            {
                return all;
            }
            var link = links.Single();
            Assert.Equal(2, page.Count);
            Assert.Contains($"last={all[^1]}>", link, StringComparison.Ordinal);
            path = link["</api/v1/".Length..link.IndexOf('>', StringComparison.Ordinal)];
        }
    }

    private sealed class OpenCreation : IAsyncDisposable
    {
        public AccountsRegistry Registry { get; } = new() { Options = new() { EverybodyCreatesProjects = true } };

        public async ValueTask DisposeAsync() => await Registry.DisposeAsync();
    }
}
