using System.Net;
using Berth.Tests.Protocol;

namespace Berth.Tests.Accounts;

/// <summary>Pushes and pulls of people with roles, over the whole registry.</summary>
public sealed class ProjectAccessTests(AccountsRegistry registry) : IClassFixture<AccountsRegistry>
{
    [Theory]
    [InlineData(null, false, false, false)]
    [InlineData("reader", true, false, false)]
    [InlineData("writer", true, true, false)]
    [InlineData("maintainer", true, true, true)]
    [InlineData("owner", true, true, true)]
    public async Task A_member_may_do_what_his_role_allows(string? role, bool pulls, bool pushes, bool deletes)
    {
        var project = await registry.NewProjectAsync();
        var repository = $"{project}/app";
        await registry.AsRoot().PushImageAsync(repository);
        var (name, user) = await registry.NewUserAsync();
        if (role is not null)
        {
            await registry.PutMemberAsync(project, "user", name, role);
        }

        Assert.Equal(pulls ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await user.PullAsync(repository));
        Assert.Equal(pushes ? HttpStatusCode.Accepted : HttpStatusCode.Unauthorized, await user.PushAsync(repository));
        Assert.Equal(deletes ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized, await user.DeleteAsync(repository));
        // The same by tokens.
        var bearer = registry.AsBearer(await AccountsRegistry.TokenAsync(user, $"repository:{repository}:pull,push,delete"));
        Assert.Equal(pulls ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await bearer.PullAsync(repository));
        Assert.Equal(pushes ? HttpStatusCode.Accepted : HttpStatusCode.Unauthorized, await bearer.PushAsync(repository));
        Assert.Equal(deletes ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized, await bearer.DeleteAsync(repository));
    }

    [Fact]
    public async Task Everybody_pulls_from_a_public_project_and_nobody_from_a_private_one()
    {
        var (open, hidden) = (await registry.NewProjectAsync("public"), await registry.NewProjectAsync());
        await registry.AsRoot().PushImageAsync($"{open}/app");
        await registry.AsRoot().PushImageAsync($"{hidden}/app");
        var anybody = registry.As();

        Assert.Equal(HttpStatusCode.OK, await anybody.PullAsync($"{open}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await anybody.PushAsync($"{open}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await anybody.PullAsync($"{hidden}/app"));
        var bearer = registry.AsBearer(await AccountsRegistry.TokenAsync(
            anybody, $"repository:{open}/app:pull,push repository:{hidden}/app:pull"));
        Assert.Equal(HttpStatusCode.OK, await bearer.PullAsync($"{open}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PullAsync($"{hidden}/app"));
        Assert.Equal(HttpStatusCode.Unauthorized, await bearer.PushAsync($"{open}/app"));
    }

    [Fact]
    public async Task Who_may_not_pull_gets_one_answer_whatever_is_there()
    {
        var project = await registry.NewProjectAsync();
        await registry.AsRoot().PushImageAsync($"{project}/app");
        var (_, user) = await registry.NewUserAsync();

        async Task<string> AnswerAsync(string repository)
        {
            using var response = await user.Client.SendAsync("GET", $"/v2/{repository}/manifests/latest");
            return $"{response.StatusCode} {response.Headers.WwwAuthenticate} {await response.Content.ReadAsStringAsync()}"
                .Replace(repository, "NAME", StringComparison.Ordinal);
        }

        var expected = await AnswerAsync($"{project}/app");
        Assert.Contains("repository:NAME:pull", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await AnswerAsync($"{project}/missing"));
        Assert.Equal(expected, await AnswerAsync($"{AccountsRegistry.NewName()}/missing"));
    }

    [Fact]
    public async Task An_administrators_push_makes_a_private_project_of_his()
    {
        var project = AccountsRegistry.NewName("p");
        var (_, user) = await registry.NewUserAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await user.PushAsync($"{project}/app"));
        await registry.AsRoot().ExpectAsync(HttpStatusCode.NotFound, "GET", $"projects/{project}");
        await registry.AsRoot().PushImageAsync($"{project}/app");

        var made = await registry.AsRoot().ExpectAsync(HttpStatusCode.OK, "GET", $"projects/{project}");
        Assert.Equal("private", (string)made!["visibility"]!);
        Assert.Equal("owner", (string)made["role"]!);
        Assert.Equal(HttpStatusCode.Unauthorized, await registry.As().PullAsync($"{project}/app"));
    }

    [Fact]
    public async Task Repositories_of_one_component_are_the_project_librarys()
    {
        var name = AccountsRegistry.NewName();
        var root = registry.AsRoot();
        await root.PushImageAsync(name);
        Assert.Equal(HttpStatusCode.Unauthorized, await registry.As().PullAsync(name));

        await root.ExpectAsync(HttpStatusCode.OK, "PATCH", "projects/library", new() { ["visibility"] = "public" });

        Assert.Equal(HttpStatusCode.OK, await registry.As().PullAsync(name));
    }

    [Fact]
    public async Task A_pull_costs_two_reads_more_than_without_logins()
    {
        var project = await registry.NewProjectAsync();
        var repository = $"{project}/app";
        var root = registry.AsRoot();
        await root.PushImageAsync(repository);
        var robot = await root.ExpectAsync(
            HttpStatusCode.Created, "POST", $"projects/{project}/robots", new() { ["name"] = "ci", ["role"] = "reader" });
        var pat = await root.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = AccountsRegistry.NewName() });
        var callers = new[]
        {
            root, registry.As((string)robot!["login"]!, (string)robot["secret"]!),
            registry.As(AccountsRegistry.Administrator, (string)pat!["secret"]!),
        };
        foreach (var caller in callers)
        {
            var bearer = registry.AsBearer(await AccountsRegistry.TokenAsync(caller, $"repository:{repository}:pull"));
            Assert.Equal(HttpStatusCode.OK, await caller.PullAsync(repository)); // keys read, last use recorded
            Assert.Equal(HttpStatusCode.OK, await bearer.PullAsync(repository));

            Assert.Equal(4, await CallsAsync(caller.Client, repository)); // tag and manifest without logins
            Assert.Equal(4, await CallsAsync(bearer.Client, repository));
        }
    }

    private static async Task<int> CallsAsync(Client client, string repository)
    {
        using var response = await client.SendAsync("GET", $"/v2/{repository}/manifests/latest");
        var text = response.Headers.GetValues("Server-Timing").Single();
        return int.Parse(text.Split('"')[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
