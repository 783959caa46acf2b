using System.Net;
using System.Text.Json.Nodes;

namespace Berth.Tests.Accounts;

/// <summary>Robots and personal tokens: what they allow, and how they end.</summary>
public sealed class CredentialTests(AccountsRegistry registry) : IClassFixture<AccountsRegistry>
{
    [Theory]
    [InlineData("reader", true, false, false)]
    [InlineData("writer", true, true, false)]
    [InlineData("maintainer", true, true, true)]
    public async Task A_robot_may_do_in_its_project_what_its_role_says_and_nothing_elsewhere(
        string role, bool pulls, bool pushes, bool deletes)
    {
        var (project, other) = (await registry.NewProjectAsync(), await registry.NewProjectAsync());
        await registry.AsRoot().PushImageAsync($"{project}/app");
        await registry.AsRoot().PushImageAsync($"{other}/app");
        var robot = AsRobot(await NewRobotAsync(project, new() { ["name"] = "ci", ["role"] = role }));

        Assert.Equal(pulls ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await robot.PullAsync($"{project}/app"));
        Assert.Equal(pushes ? HttpStatusCode.Accepted : HttpStatusCode.Unauthorized, await robot.PushAsync($"{project}/app"));
        Assert.Equal(deletes ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized, await robot.DeleteAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await robot.PullAsync($"{other}/app"));
        await robot.ExpectAsync(HttpStatusCode.Unauthorized, "GET", $"projects/{project}");
    }

    [Fact]
    public async Task A_robot_is_bound_to_the_repositories_that_it_is_for()
    {
        var project = await registry.NewProjectAsync();
        var root = registry.AsRoot();
        await root.PushImageAsync($"{project}/app");
        await root.PushImageAsync($"{project}/other");
        var robot = AsRobot(await NewRobotAsync(project, new()
        {
            ["name"] = "ci",
            ["access"] = new JsonArray(new JsonObject
            {
                ["repositories"] = $"{project}/app",
                ["actions"] = new JsonArray("pull"),
            }),
        }));

        Assert.Equal(HttpStatusCode.OK, await robot.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await robot.PullAsync($"{project}/other"));
        Assert.Equal(HttpStatusCode.Unauthorized, await robot.PushAsync($"{project}/app"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("other/*")]
    [InlineData("other/app")]
    [InlineData("alpine")]
    public async Task A_robot_for_repositories_outside_its_project_is_refused(string repositories)
    {
        var project = await registry.NewProjectAsync();

        await registry.AsRoot().ExpectAsync(HttpStatusCode.BadRequest, "POST", $"projects/{project}/robots", new()
        {
            ["name"] = "ci",
            ["access"] = new JsonArray(new JsonObject
            {
                ["repositories"] = repositories,
                ["actions"] = new JsonArray("pull"),
            }),
        });
    }

    [Fact]
    public async Task A_deleted_robot_and_its_tokens_end_at_once_and_a_later_one_of_its_name_is_another()
    {
        var project = await registry.NewProjectAsync();
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var robot = AsRobot(await NewRobotAsync(project, new() { ["name"] = "ci", ["role"] = "reader" }));
        var bearer = await BearerAsync(robot, project);
        Assert.Equal(HttpStatusCode.OK, await bearer.PullAsync($"{project}/app"));

        await registry.AsRoot().ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"projects/{project}/robots/ci");
        await AssertEndedAsync();
        await NewRobotAsync(project, new() { ["name"] = "ci", ["role"] = "maintainer" });
        await AssertEndedAsync();

        async Task AssertEndedAsync()
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await robot.PullAsync($"{project}/app"));
            Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PullAsync($"{project}/app"));
        }
    }

    [Fact]
    public async Task A_rotated_robot_has_its_new_secret_alone()
    {
        var project = await registry.NewProjectAsync();
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var before = AsRobot(await NewRobotAsync(project, new() { ["name"] = "ci", ["role"] = "reader" }));
        var bearer = await BearerAsync(before, project);

        var after = AsRobot((await registry.AsRoot().ExpectAsync(
            HttpStatusCode.OK, "POST", $"projects/{project}/robots/ci/rotate"))!);

        Assert.Equal(HttpStatusCode.OK, await after.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await before.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PullAsync($"{project}/app"));
    }

    [Fact]
    public async Task A_robot_of_a_deleted_project_has_no_right_in_a_later_one_of_its_name()
    {
        var project = await registry.NewProjectAsync();
        var root = registry.AsRoot();
        var robot = AsRobot(await NewRobotAsync(project, new() { ["name"] = "ci", ["role"] = "maintainer" }));
        var bearer = await BearerAsync(robot, project);

        await root.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"projects/{project}");
        await root.ExpectAsync(HttpStatusCode.Created, "POST", "projects", new() { ["name"] = project });
        await root.PushImageAsync($"{project}/app");

        Assert.Equal(HttpStatusCode.Unauthorized, await robot.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PullAsync($"{project}/app"));
        Assert.Empty((JsonArray)(await root.ExpectAsync(HttpStatusCode.OK, "GET", $"projects/{project}/robots"))!["robots"]!);
    }

    [Fact]
    public async Task A_personal_token_allows_what_it_says_within_what_its_owner_may_do()
    {
        var (project, other) = (await registry.NewProjectAsync(), await registry.NewProjectAsync());
        await registry.AsRoot().PushImageAsync($"{project}/app");
        await registry.AsRoot().PushImageAsync($"{other}/app");
        var (name, user) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "owner");
        var token = await NewTokenAsync(user, new()
        {
            ["name"] = "laptop",
            ["access"] = new JsonArray(new JsonObject { ["repositories"] = "*", ["actions"] = new JsonArray("pull") }),
        });
        var bearer = await BearerAsync(registry.As(name, token), project);

        foreach (var caller in new[] { registry.As(name, token), bearer })
        {
            Assert.Equal(HttpStatusCode.OK, await caller.PullAsync($"{project}/app"));
            Assert.Equal(HttpStatusCode.Unauthorized, await caller.PushAsync($"{project}/app"));
            Assert.Equal(HttpStatusCode.Unauthorized, await caller.PullAsync($"{other}/app"));
            await caller.ExpectAsync(HttpStatusCode.Unauthorized, "GET", $"projects/{project}");
        }
        Assert.Equal(HttpStatusCode.Unauthorized, await registry.As(AccountsRegistry.Administrator, token).PullAsync($"{project}/app"));
    }

    [Fact]
    public async Task A_personal_token_for_the_API_is_one_for_the_API_and_one_that_is_not_is_not()
    {
        var (name, user) = await registry.NewUserAsync();
        var api = await NewTokenAsync(user, new() { ["name"] = "api", ["api"] = true });
        var plain = await NewTokenAsync(user, new() { ["name"] = "plain" });

        await registry.As(name, api).ExpectAsync(HttpStatusCode.OK, "GET", $"users/{name}");
        await registry.As(name, plain).ExpectAsync(HttpStatusCode.Unauthorized, "GET", $"users/{name}");
        var me = await registry.As(name, plain).ExpectAsync(HttpStatusCode.OK, "GET", "user");
        Assert.False((bool)me!["api"]!);
    }

    [Fact]
    public async Task A_revoked_personal_token_ends_at_once_with_the_tokens_got_with_it()
    {
        var project = await registry.NewProjectAsync();
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var (name, user) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "reader");
        var made = await user.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = "laptop" });
        var token = registry.As(name, (string)made!["secret"]!);
        var bearer = await BearerAsync(token, project);
        Assert.Equal(HttpStatusCode.OK, await bearer.PullAsync($"{project}/app"));
        // Somebody else's token is none.
        await registry.AsRoot().ExpectAsync(HttpStatusCode.NotFound, "DELETE", $"user/tokens/{made["id"]}");

        await user.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"user/tokens/{made["id"]}");

        Assert.Equal(HttpStatusCode.Unauthorized, await token.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.OK, await user.PullAsync($"{project}/app"));
    }

    [Fact]
    public async Task An_expired_credential_is_refused_with_the_tokens_got_with_it()
    {
        var project = await registry.NewProjectAsync("private");
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var expires = (registry.Time.GetUtcNow() + TimeSpan.FromMinutes(1)).ToString("o");
        var robot = AsRobot(await NewRobotAsync(project, new() { ["name"] = "ci", ["role"] = "reader", ["expires"] = expires }));
        var token = await NewTokenAsync(registry.AsRoot(), new() { ["name"] = AccountsRegistry.NewName(), ["expires"] = expires });
        var person = registry.As(AccountsRegistry.Administrator, token);
        AccountsRegistry.Caller[] callers =
            [robot, person, await BearerAsync(robot, project), await BearerAsync(person, project)];
        foreach (var caller in callers)
        {
            Assert.Equal(HttpStatusCode.OK, await caller.PullAsync($"{project}/app"));
        }

        registry.Time.Pass(TimeSpan.FromMinutes(1)); // tokens live longer

        foreach (var caller in callers)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await caller.PullAsync($"{project}/app"));
        }
        await registry.AsRoot().ExpectAsync(HttpStatusCode.BadRequest, "POST", "user/tokens", new()
        {
            ["name"] = "late",
            ["expires"] = expires,
        });
    }

    [Fact]
    public async Task A_secret_is_in_one_answer_and_in_no_record()
    {
        var project = await registry.NewProjectAsync();
        var robot = await NewRobotAsync(project, new() { ["name"] = "ci", ["role"] = "reader" });
        var (name, user) = await registry.NewUserAsync();
        var token = await NewTokenAsync(user, new() { ["name"] = "laptop" });
        string[] secrets = [((string)robot["secret"]!).Split('_')[^1], token.Split('_')[^1], AccountsRegistry.Password];

        var texts = new List<string>
        {
            (await user.ExpectAsync(HttpStatusCode.OK, "GET", "user/tokens"))!.ToJsonString(),
            (await registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "GET", $"projects/{project}/robots"))!.ToJsonString(),
            (await registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "GET", $"users/{name}"))!.ToJsonString(),
        };
        foreach (var partition in new[] { "accounts", $"robots/{project}", "setup", "projects" })
        {
            var page = await registry.Registry.Storage.Records.ListAsync(partition, after: null, 1000, CancellationToken.None);
            Assert.NotEmpty(page.Items);
            texts.AddRange(page.Items.Select(entry => System.Text.Encoding.UTF8.GetString(entry.Value.Span)));
        }

        Assert.All(texts, text => Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_last_use_is_told_to_the_hour()
    {
        var project = await registry.NewProjectAsync();
        var robot = AsRobot(await NewRobotAsync(project, new() { ["name"] = "ci", ["role"] = "reader" }));
        Assert.Null(await LastUsedAsync());

        await robot.PullAsync($"{project}/app");
        var first = await LastUsedAsync();
        registry.Time.Pass(TimeSpan.FromMinutes(59));
        await robot.PullAsync($"{project}/app");
        Assert.Equal(first, await LastUsedAsync());
        registry.Time.Pass(TimeSpan.FromMinutes(1));
        await robot.PullAsync($"{project}/app");
        Assert.Equal(first + TimeSpan.FromHours(1), await LastUsedAsync());

        async Task<DateTimeOffset?> LastUsedAsync() => (DateTimeOffset?)(await registry.AsRoot().ExpectAsync(
            HttpStatusCode.OK, "GET", $"projects/{project}/robots/ci"))!["lastUsed"];
    }

    private async Task<JsonNode> NewRobotAsync(string project, JsonObject robot) =>
        (await registry.AsRoot().ExpectAsync(HttpStatusCode.Created, "POST", $"projects/{project}/robots", robot))!;

    private static async Task<string> NewTokenAsync(AccountsRegistry.Caller user, JsonObject token) =>
        (string)(await user.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", token))!["secret"]!;

    private AccountsRegistry.Caller AsRobot(JsonNode robot) =>
        registry.As((string)robot["login"]!, (string)robot["secret"]!);

    private async Task<AccountsRegistry.Caller> BearerAsync(AccountsRegistry.Caller caller, string project) =>
        registry.AsBearer(await AccountsRegistry.TokenAsync(caller, $"repository:{project}/app:pull,push,delete"));
}
