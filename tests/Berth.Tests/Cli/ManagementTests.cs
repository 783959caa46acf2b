using System.Net;
using Berth.Tests.Accounts;
using Xunit.Abstractions;

namespace Berth.Tests.Cli;

/// <summary>The commands that manage projects, accounts and credentials, against a registry.</summary>
public sealed class ManagementTests(AccountsRegistry registry, ITestOutputHelper output) : CliTest(registry, output)
{
    [Fact]
    public async Task A_project_is_made_shown_changed_and_deleted()
    {
        await LogInAsync();
        var name = AccountsRegistry.NewName();

        Assert.Equal($"{name}\tprivate\towner\t2026-01-02T03:04:05Z\n", (await DoAsync($"project create {name}")).Output);
        Assert.Equal("public", (string)(await DoAsync($"project set {name} --visibility public --json")).Json["visibility"]!);
        Assert.Contains($"{name}\tpublic", (await DoAsync("project list")).Output, StringComparison.Ordinal);
        Assert.Equal(name, (string)(await DoAsync($"project show {name} --json")).Json["name"]!);
        Assert.Equal($"project {name} deleted\n", (await DoAsync($"project delete {name} --yes")).Output);
        await RefusedAsync("unknown|no such project", $"project show {name}");
    }

    [Fact]
    public async Task Members_get_and_lose_roles()
    {
        await LogInAsync();
        var (user, caller) = await Registry.NewUserAsync();
        var project = await Registry.NewProjectAsync();

        Assert.Equal($"user\t{user}\twriter\n", (await DoAsync($"member set {project} {user} writer")).Output);
        Assert.Equal(HttpStatusCode.Accepted, await caller.PushAsync($"{project}/app"));
        Assert.Contains($"user\t{user}\twriter", (await DoAsync($"member list {project}")).Output, StringComparison.Ordinal);
        await DoAsync($"member remove {project} {user} --yes");
        Assert.Equal(HttpStatusCode.Unauthorized, await caller.PushAsync($"{project}/app"));
        Assert.Equal(
            "ldap-group\tcn=team,dc=test\treader\n",
            (await DoAsync($"member set {project} cn=team,dc=test reader --kind ldap-group")).Output);
        Assert.Equal(2, (await DoAsync($"member list {project} --json")).Json["members"]!.AsArray().Count);
    }

    [Fact]
    public async Task Accounts_are_made_changed_and_deleted()
    {
        await LogInAsync();
        var name = AccountsRegistry.NewName();

        Assert.Equal(
            $"{name}\tno\tno\t-\t2026-01-02T03:04:05Z\n",
            (await DoAsync($"user add {name} --password-stdin", AccountsRegistry.Password)).Output);
        Assert.Equal(HttpStatusCode.OK, await Registry.As(name).StatusAsync("GET", "/api/v1/user"));
        Assert.True((bool)(await DoAsync($"user set {name} --administrator true --disabled true --json")).Json["isDisabled"]!);
        Assert.Equal(HttpStatusCode.Unauthorized, await Registry.As(name).StatusAsync("GET", "/api/v1/user"));
        Assert.False((bool)(await DoAsync($"user set {name} --administrator false --disabled false --json")).Json["isDisabled"]!);
        Assert.Contains(name, (await DoAsync("user list")).Output, StringComparison.Ordinal);
        await DoAsync($"user password {name} --password-stdin", "another-password");
        Assert.Equal(HttpStatusCode.OK, await Registry.As(name, "another-password").StatusAsync("GET", "/api/v1/user"));
        await DoAsync($"user delete {name} --yes");
        await RefusedAsync("no such user: name ", $"user show {name}");
    }

    [Fact]
    public async Task People_set_their_own_password_with_the_old_one()
    {
        var (name, _) = await Registry.NewUserAsync();
        await LogInAsync(name);

        await RefusedAsync(
            "the old password is wrong", $"user password {name} --password-stdin", "guessed-password\nmy-next-password");
        await DoAsync($"user password {name} --password-stdin", $"{AccountsRegistry.Password}\nmy-next-password");
        await RefusedAsync("nothing was entered", $"user password {name} --password-stdin", "my-next-password");
        var typed = await TypeAsync($"user password {name}", "my-next-password", "third-password", "third-passwort");

        Assert.Equal(1, typed.Code);
        Assert.Contains("the two passwords differ", typed.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await Registry.As(name, "my-next-password").StatusAsync("GET", "/api/v1/user"));
    }

    [Fact]
    public async Task Groups_have_accounts()
    {
        await LogInAsync();
        var (user, _) = await Registry.NewUserAsync();
        var group = AccountsRegistry.NewName("g");

        Assert.StartsWith($"{group}\t0\t", (await DoAsync($"group create {group}")).Output, StringComparison.Ordinal);
        await DoAsync($"group add {group} {user}");
        Assert.Equal($"{user}\n", (await DoAsync($"group members {group}")).Output);
        Assert.Equal(user, (string)(await DoAsync($"group members {group} --json")).Json["members"]!.AsArray().Single()!);
        Assert.StartsWith($"{group}\t1\t", (await DoAsync($"group show {group}")).Output, StringComparison.Ordinal);
        Assert.Contains(group, (await DoAsync("group list")).Output, StringComparison.Ordinal);
        await DoAsync($"group remove {group} {user}");
        Assert.Equal("", (await DoAsync($"group members {group}")).Output);
        Assert.Equal("{}", (await DoAsync($"group delete {group} --yes --json")).Output.Trim());
    }

    [Fact]
    public async Task The_secret_of_a_robot_alone_goes_to_the_output_and_opens_the_registry()
    {
        await LogInAsync();
        var project = await Registry.NewProjectAsync();
        var login = $"robot${project}+ci";

        var made = await DoAsync($"robot create {project} ci --role writer --expires 30d");
        var secret = made.Output.TrimEnd('\n');

        Assert.StartsWith("berth_robot_", secret, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', secret);
        Assert.Contains(
            $"docker login {Registry.Registry.Address.Authority} -u '{login}' --password-stdin", made.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, await Registry.As(login, secret).PushAsync($"{project}/app"));
        var robot = (await DoAsync($"robot list {project} --json")).Json["robots"]![0]!;
        Assert.Equal(Registry.Time.GetUtcNow().AddDays(30), (DateTimeOffset)robot["expires"]!);
        Assert.Contains($"{project}/*=pull,push", (await DoAsync($"robot list {project}")).Output, StringComparison.Ordinal);

        var next = (await DoAsync($"robot rotate {project} ci --yes --json")).Json;
        Assert.Equal(HttpStatusCode.Unauthorized, await Registry.As(login, secret).PushAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Accepted, await Registry.As(login, (string)next["secret"]!).PushAsync($"{project}/app"));
        await DoAsync($"robot delete {project} ci --yes");
        Assert.Empty((await DoAsync($"robot list {project} --json")).Json["robots"]!.AsArray());
    }

    [Fact]
    public async Task A_personal_token_can_be_for_less_and_is_revoked()
    {
        var (name, _) = await Registry.NewUserAsync();
        await LogInAsync(name);
        var project = await Registry.NewProjectAsync();
        await Registry.PutMemberAsync(project, "user", name, "writer");

        var made = await DoAsync($"token create laptop --access {project}/app=pull --access {project}/tools=pull,push");
        var secret = made.Output.TrimEnd('\n');

        Assert.Equal(HttpStatusCode.Unauthorized, await Registry.As(name, secret).PushAsync($"{project}/app"));
        Assert.Equal(HttpStatusCode.Accepted, await Registry.As(name, secret).PushAsync($"{project}/tools"));
        var line = (await DoAsync("token list")).Output.Split('\n')
            .Single(one => one.Contains("\tlaptop\t", StringComparison.Ordinal)).Split('\t');
        Assert.Equal($"{project}/app=pull {project}/tools=pull,push", line[2]);
        await DoAsync($"token delete {line[0]} --yes");
        Assert.Equal(HttpStatusCode.Unauthorized, await Registry.As(name, secret).PushAsync($"{project}/tools"));
    }

    [Theory]
    [InlineData("robot create p r", "either --role or --access")]
    [InlineData("robot create p r --role reader --access p/*=pull", "either --role or --access")]
    [InlineData("robot create p r --access p/*", "REPOSITORIES=ACTIONS")]
    [InlineData("robot create p r --role owner", "maintainer")]
    [InlineData("robot create p r --role reader --expires soon", "write 30d")]
    [InlineData("token create t --expires 99999999d", "write 30d")]
    [InlineData("user set u", "what to change")]
    [InlineData("user add u secret", "secret")]
    [InlineData("project set p", "--visibility")]
    [InlineData("member set p u king", "reader")]
    [InlineData("user list --limit 0", "--limit")]
    [InlineData("login --oidc -u me", "neither")]
    [InlineData("audit --decision perhaps", "allowed")]
    public async Task A_command_line_that_makes_no_sense_is_refused(string line, string why)
    {
        var run = await RunAsync(line);

        Assert.Equal(1, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user delete .. --yes")]
    [InlineData("project delete . --yes")]
    [InlineData("group remove g ..")]
    public async Task A_name_that_would_be_another_path_is_none(string line)
    {
        await LogInAsync();
        await RefusedAsync("is no name", line);
    }

    [Fact]
    public async Task What_cannot_be_undone_is_asked_first()
    {
        await LogInAsync();
        var project = await Registry.NewProjectAsync();

        await RefusedAsync("--yes", $"project delete {project}", "y");
        var no = await TypeAsync($"project delete {project}", "n");
        var nothing = await TypeAsync($"project delete {project}");
        await DoAsync($"project show {project}");
        var yes = await TypeAsync($"project delete {project}", "y");

        Assert.Equal((1, 1, 0), (no.Code, nothing.Code, yes.Code));
        Assert.Contains($"delete project {project} of {Url}? [y/N]", yes.Error, StringComparison.Ordinal);
        await RefusedAsync("project", $"project show {project}");
    }

    [Fact]
    public async Task Who_may_not_is_told_so_in_the_words_of_the_registry()
    {
        var (name, _) = await Registry.NewUserAsync();
        await LogInAsync(name);

        await RefusedAsync(@"\Aberth: requested access to the resource is denied", "user list");
        await DoAsync("token create one");
        await RefusedAsync(@"\Aberth: conflict with the present state: there is a token of this name\s\z", "token create one");
    }

    [Fact]
    public async Task On_a_terminal_a_table_is_aligned_under_its_header()
    {
        await LogInAsync();
        var group = AccountsRegistry.NewName("g");

        var lines = (await TypeAsync($"group create {group}")).Output.Split('\n');

        Assert.Matches(@"\ANAME +MEMBERS  CREATED\z", lines[0]);
        Assert.Equal(lines[0].IndexOf("MEMBERS", StringComparison.Ordinal), lines[1].IndexOf('0', group.Length));
        Assert.Contains("(none)", (await TypeAsync($"group members {group}")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_login_says_how_to_log_in_again()
    {
        var (name, caller) = await Registry.NewUserAsync();
        await LogInAsync(name);
        await caller.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"user/tokens/{Kept(Url)!["tokenId"]}");

        await RefusedAsync($"does not take the login of {name}: berth login {Url}", "token list");
    }
}
