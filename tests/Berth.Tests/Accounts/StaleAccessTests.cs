using System.Net;
using System.Text.Json.Nodes;

namespace Berth.Tests.Accounts;

/// <summary>What ends with an account, a group, a project or a password, and what a later one of the name does not inherit.</summary>
public sealed class StaleAccessTests(AccountsRegistry registry) : IClassFixture<AccountsRegistry>
{
    [Fact]
    public async Task A_later_account_of_a_name_has_nothing_of_the_former()
    {
        var (project, group) = (await registry.NewProjectAsync(), AccountsRegistry.NewName("g"));
        var root = registry.AsRoot();
        await root.PushImageAsync($"{project}/app");
        var (name, former) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "owner");
        await root.ExpectAsync(HttpStatusCode.Created, "POST", "groups", new() { ["name"] = group });
        await root.ExpectAsync(HttpStatusCode.NoContent, "PUT", $"groups/{group}/members/{name}");
        await registry.PutMemberAsync(project, "group", group, "writer");
        var bearer = await BearerAsync(former, project);
        var pat = await former.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = "t" });
        var token = registry.As(name, (string)pat!["secret"]!);
        Assert.Equal(HttpStatusCode.OK, await bearer.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.OK, await token.PullAsync($"{project}/app"));

        await root.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"users/{name}");
        await AssertGoneAsync(former, bearer, token);
        Assert.DoesNotContain(name, await TextAsync($"projects/{project}/members"), StringComparison.Ordinal);
        Assert.DoesNotContain(name, await TextAsync($"groups/{group}/members"), StringComparison.Ordinal);
        await root.ExpectAsync(
            HttpStatusCode.Created, "POST", "users", new() { ["name"] = name, ["password"] = AccountsRegistry.Password });

        await AssertGoneAsync(registry.As(name), bearer, token);
        await registry.As(name).ExpectAsync(HttpStatusCode.NotFound, "GET", $"projects/{project}");

        async Task AssertGoneAsync(params AccountsRegistry.Caller[] callers)
        {
            foreach (var caller in callers)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, await caller.PullAsync($"{project}/app"));
            }
        }
    }

    [Fact]
    public async Task An_account_that_is_deleted_while_a_record_still_names_it_hands_nothing_on()
    {
        var project = await registry.NewProjectAsync();
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var (name, _) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "owner");
        // As if the process had stopped before it came to the project.
        await registry.Registry.Storage.Records.DeleteAsync(
            new("accounts", name), version: null, CancellationToken.None);
        await registry.AsRoot().ExpectAsync(
            HttpStatusCode.Created, "POST", "users", new() { ["name"] = name, ["password"] = AccountsRegistry.Password });

        Assert.Equal(HttpStatusCode.Unauthorized, await registry.As(name).PullAsync($"{project}/app"));
    }

    [Fact]
    public async Task A_later_account_of_a_name_does_not_go_on_with_the_uploads_of_the_former()
    {
        var project = await registry.NewProjectAsync();
        var (name, former) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "writer");
        var upload = await former.Client.StartUploadAsync($"{project}/app");
        Assert.Equal(HttpStatusCode.NoContent, await former.StatusAsync("GET", upload));
        // By a token, it is the same person.
        Assert.Equal(HttpStatusCode.NoContent, await (await BearerAsync(former, project)).StatusAsync("GET", upload));

        await registry.AsRoot().ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"users/{name}");
        await registry.AsRoot().ExpectAsync(
            HttpStatusCode.Created, "POST", "users", new() { ["name"] = name, ["password"] = AccountsRegistry.Password });
        await registry.PutMemberAsync(project, "user", name, "writer");

        Assert.Equal(HttpStatusCode.NotFound, await registry.As(name).StatusAsync("GET", upload));
    }

    [Fact]
    public async Task A_later_group_of_a_name_has_nothing_of_the_former()
    {
        var (project, group) = (await registry.NewProjectAsync(), AccountsRegistry.NewName("g"));
        var root = registry.AsRoot();
        await root.PushImageAsync($"{project}/app");
        var (name, user) = await registry.NewUserAsync();
        var newGroup = new JsonObject { ["name"] = group };
        await root.ExpectAsync(HttpStatusCode.Created, "POST", "groups", newGroup);
        await root.ExpectAsync(HttpStatusCode.NoContent, "PUT", $"groups/{group}/members/{name}");
        await registry.PutMemberAsync(project, "group", group, "writer");
        Assert.Equal(HttpStatusCode.OK, await user.PullAsync($"{project}/app"));

        await root.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"groups/{group}");
        Assert.Equal(HttpStatusCode.Unauthorized, await user.PullAsync($"{project}/app"));
        await root.ExpectAsync(HttpStatusCode.Created, "POST", "groups", newGroup);
        Assert.Equal(HttpStatusCode.Unauthorized, await user.PullAsync($"{project}/app"));
        await root.ExpectAsync(HttpStatusCode.NoContent, "PUT", $"groups/{group}/members/{name}");
        Assert.Equal(HttpStatusCode.Unauthorized, await user.PullAsync($"{project}/app"));

        await registry.PutMemberAsync(project, "group", group, "reader");
        Assert.Equal(HttpStatusCode.OK, await user.PullAsync($"{project}/app"));
        await root.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"groups/{group}/members/{name}");
        Assert.Equal(HttpStatusCode.Unauthorized, await user.PullAsync($"{project}/app"));
    }

    [Fact]
    public async Task What_a_deleted_project_left_belongs_to_administrators_alone()
    {
        var project = await registry.NewProjectAsync();
        var (name, user) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "owner");
        await user.PushImageAsync($"{project}/app");

        await user.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"projects/{project}");

        Assert.Equal(HttpStatusCode.Unauthorized, await user.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.OK, await registry.AsRoot().PullAsync($"{project}/app"));
        await user.ExpectAsync(HttpStatusCode.NotFound, "GET", $"projects/{project}");
        await registry.AsRoot().ExpectAsync(HttpStatusCode.Created, "POST", "projects", new() { ["name"] = project });
        Assert.Equal(HttpStatusCode.Unauthorized, await user.PullAsync($"{project}/app"));
        await user.ExpectAsync(HttpStatusCode.NotFound, "GET", $"projects/{project}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_password_ends_the_old_one_and_its_tokens_but_not_personal_ones(bool byAdministrator)
    {
        var project = await registry.NewProjectAsync();
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var (name, user) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "reader");
        var bearer = await BearerAsync(user, project);
        var pat = await user.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = "t" });
        var next = AccountsRegistry.NewName("secret");

        var body = new JsonObject { ["password"] = next };
        if (!byAdministrator)
        {
            body["oldPassword"] = AccountsRegistry.Password;
        }
        await (byAdministrator ? registry.AsRoot() : user).ExpectAsync(
            HttpStatusCode.NoContent, "PUT", $"users/{name}/password", body);

        Assert.Equal(HttpStatusCode.Unauthorized, await user.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.OK, await registry.As(name, next).PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.OK, await registry.As(name, (string)pat!["secret"]!).PullAsync($"{project}/app"));
    }

    [Fact]
    public async Task Who_is_disabled_is_out_at_once_and_his_tokens_stay_dead_when_he_is_back()
    {
        var project = await registry.NewProjectAsync();
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var (name, user) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "reader");
        var bearer = await BearerAsync(user, project);
        var pat = await user.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = "t" });
        var token = registry.As(name, (string)pat!["secret"]!);

        await SetDisabledAsync(true);
        foreach (var caller in new[] { user, bearer, token })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await caller.PullAsync($"{project}/app"));
        }
        await SetDisabledAsync(false);

        Assert.Equal(HttpStatusCode.OK, await user.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.OK, await token.PullAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PullAsync($"{project}/app"));

        Task<JsonNode?> SetDisabledAsync(bool isDisabled) => registry.AsRoot().ExpectAsync(
            HttpStatusCode.OK, "PATCH", $"users/{name}", new() { ["isDisabled"] = isDisabled });
    }

    [Fact]
    public async Task A_lost_role_is_lost_to_tokens_that_are_alive()
    {
        var project = await registry.NewProjectAsync();
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var (name, user) = await registry.NewUserAsync();
        await registry.PutMemberAsync(project, "user", name, "writer");
        var bearer = await BearerAsync(user, project);
        Assert.Equal(HttpStatusCode.Accepted, await bearer.PushAsync($"{project}/app"));

        await registry.AsRoot().ExpectAsync(
            HttpStatusCode.OK, "PUT", $"projects/{project}/members/user/{name}", new() { ["role"] = "reader" });
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PushAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.OK, await bearer.PullAsync($"{project}/app"));
        await user.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"projects/{project}/members/user/{name}");
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PullAsync($"{project}/app"));
    }

    private async Task<string> TextAsync(string path) =>
        (await registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "GET", path))!.ToJsonString();

    private async Task<AccountsRegistry.Caller> BearerAsync(AccountsRegistry.Caller caller, string project) =>
        registry.AsBearer(await AccountsRegistry.TokenAsync(caller, $"repository:{project}/app:pull,push,delete"));
}
