using System.Net;
using Berth.Tests.Accounts;
using Xunit.Abstractions;

namespace Berth.Tests.Cli;

/// <summary><c>berth login</c>, <c>logout</c>, <c>registry</c>, <c>whoami</c> and <c>setup</c>.</summary>
public sealed class LoginTests(AccountsRegistry registry, ITestOutputHelper output) : CliTest(registry, output)
{
    [Fact]
    public async Task A_login_keeps_a_token_and_never_the_password()
    {
        var (name, _) = await Registry.NewUserAsync();

        var login = await LogInAsync(name);

        Assert.Contains($"{name} is logged in to {Url}", login.Output, StringComparison.Ordinal);
        var text = File.ReadAllText(LoginsPath);
        Assert.DoesNotContain(AccountsRegistry.Password, text, StringComparison.Ordinal);
        Assert.StartsWith("berth_pat_", (string)Kept(Url)!["secret"]!, StringComparison.Ordinal);
        Assert.DoesNotContain((string)Kept(Url)!["secret"]!, login.ToString(), StringComparison.Ordinal);
        Assert.Matches($@"\A{name}\tuser\taccounts\tno\t-\t{Url}\s\z", (await DoAsync("whoami")).Output);
    }

    [SkippableFact]
    public async Task Only_its_owner_may_read_what_is_kept()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no modes of files");
        await LogInAsync();
        await LogInAsync(); // over the file that is there

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LoginsPath));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(LoginsPath)!));
        }
        Assert.Equal([LoginsPath], Directory.GetFileSystemEntries(Path.GetDirectoryName(LoginsPath)!));
    }

    [Fact]
    public async Task A_wrong_password_is_said_and_not_kept()
    {
        await RefusedAsync("does not know this name with this secret", $"login {Url} -u nobody --password-stdin", "wrong-password");

        Assert.Null(Kept(Url));
        await RefusedAsync("no registry is named", "whoami");
        await RefusedAsync("log in first: berth login", $"whoami --registry {Url}");
    }

    [Fact]
    public async Task Logging_out_revokes_the_token()
    {
        var (name, _) = await Registry.NewUserAsync();
        await LogInAsync(name);
        var secret = (string)Kept(Url)!["secret"]!;
        Assert.Equal(HttpStatusCode.OK, await Registry.As(name, secret).StatusAsync("GET", "/api/v1/user"));

        await DoAsync("logout");

        Assert.Null(Kept(Url));
        Assert.Equal(HttpStatusCode.Unauthorized, await Registry.As(name, secret).StatusAsync("GET", "/api/v1/user"));
        await RefusedAsync("no registry is named", "logout");
    }

    [Fact]
    public async Task Another_login_revokes_the_token_before()
    {
        var (name, caller) = await Registry.NewUserAsync();
        await LogInAsync(name);
        await LogInAsync(name);

        var tokens = (await caller.ExpectAsync(HttpStatusCode.OK, "GET", "user/tokens"))!["tokens"]!.AsArray();
        Assert.Equal((string)Kept(Url)!["tokenId"]!, (string)Assert.Single(tokens)!["id"]!);
    }

    [Fact]
    public async Task A_token_that_somebody_made_is_kept_as_it_is_and_outlives_the_logout()
    {
        var (name, caller) = await Registry.NewUserAsync();
        var made = await caller.ExpectAsync(
            HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = "mine", ["api"] = true });
        var secret = (string)made!["secret"]!;

        await DoAsync($"login {Url} -u {name} --password-stdin", secret);
        Assert.Equal(secret, (string)Kept(Url)!["secret"]!);
        await DoAsync("logout");

        Assert.Equal(HttpStatusCode.OK, await Registry.As(name, secret).StatusAsync("GET", "/api/v1/user"));
    }

    [Fact]
    public async Task A_token_that_is_not_for_the_API_is_no_login()
    {
        var (name, caller) = await Registry.NewUserAsync();
        var made = await caller.ExpectAsync(HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = "pull" });

        await RefusedAsync("--api|does not know", $"login {Url} -u {name} --password-stdin", (string)made!["secret"]!);
    }

    [Fact]
    public async Task A_login_that_cannot_be_kept_leaves_no_token()
    {
        var (name, caller) = await Registry.NewUserAsync();
        Directory.CreateDirectory(Home);
        File.WriteAllText(Path.GetDirectoryName(LoginsPath)!, ""); // a file where the folder belongs

        var run = await RunAsync($"login {Url} -u {name} --password-stdin", AccountsRegistry.Password);

        Assert.Equal(1, run.Code);
        var tokens = await caller.ExpectAsync(HttpStatusCode.OK, "GET", "user/tokens");
        Assert.Empty(tokens!["tokens"]!.AsArray());
    }

    [Fact]
    public async Task A_person_is_asked_for_name_and_password_and_the_password_is_not_shown()
    {
        var run = await TypeAsync($"login {Url}", AccountsRegistry.Administrator, AccountsRegistry.Password);

        Assert.Equal(0, run.Code);
        Assert.StartsWith("User name: Password or personal token: ", run.Error, StringComparison.Ordinal);
        Assert.Equal((1, 0), Hiding);
        Assert.DoesNotContain(AccountsRegistry.Password, run.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_nobody_is_asked()
    {
        await RefusedAsync("--password-stdin", $"login {Url} -u root", AccountsRegistry.Password);
        await RefusedAsync("--username", $"login {Url} --password-stdin", AccountsRegistry.Password);
        await RefusedAsync("nothing was entered", $"login {Url} -u root --password-stdin");
    }

    [Fact]
    public async Task Of_several_registries_one_is_the_current_one()
    {
        await LogInAsync();
        await using var second = new SecondRegistry();
        await second.Registry.InitializeAsync();
        var other = second.Url;
        await DoAsync($"login {other} -u root --password-stdin", AccountsRegistry.Password);

        Assert.Contains(other, (await DoAsync("whoami")).Output, StringComparison.Ordinal);
        Assert.Equal($"{Url}\troot\tno\n{other}\troot\tyes\n", (await DoAsync("registry list")).Output);
        await DoAsync($"registry use {Url}");
        Assert.Contains(Url, (await DoAsync("whoami")).Output, StringComparison.Ordinal);
        Assert.Contains(other, (await DoAsync($"whoami --registry {other}")).Output, StringComparison.Ordinal);

        await DoAsync("logout");
        await RefusedAsync("no registry is named", "whoami");
        var rest = (await DoAsync("registry list --json")).Json["registries"]!.AsArray();
        Assert.Equal(other, (string)Assert.Single(rest)!["url"]!);
        await RefusedAsync("there is no login to", $"registry use {Url}");
    }

    [Fact]
    public async Task The_environment_names_registry_and_token()
    {
        var (name, caller) = await Registry.NewUserAsync();
        var made = await caller.ExpectAsync(
            HttpStatusCode.Created, "POST", "user/tokens", new() { ["name"] = "ci", ["api"] = true });
        var token = ("BERTH_TOKEN", (string)made!["secret"]!);
        (string, string) url = ("BERTH_URL", Url), user = ("BERTH_USER", name);
        await LogInAsync();

        Assert.StartsWith(name, (await RunAsync("whoami", "", url, user, token)).Output, StringComparison.Ordinal);
        Assert.StartsWith("root", (await RunAsync("whoami", "", url)).Output, StringComparison.Ordinal);
        await RefusedAsync("BERTH_TOKEN needs BERTH_URL", "whoami", "", token, user);
        await RefusedAsync("BERTH_TOKEN needs BERTH_USER", "whoami", "", token, url);
    }

    [Fact]
    public async Task A_token_of_the_environment_is_shown_to_its_own_registry_alone()
    {
        await using var other = await OtherServer.SayingAsync(401, "application/json", """{"errors":[{"code":"UNAUTHORIZED"}]}""");

        await RefusedAsync(
            "log in first", $"whoami --registry {other.Url}", "",
            ("BERTH_URL", Url), ("BERTH_USER", "root"), ("BERTH_TOKEN", "berth_pat_1_2"));

        Assert.Equal(("/api/v1/user", ""), Assert.Single(other.Requests));
    }

    [Fact]
    public async Task To_forget_a_login_to_a_registry_that_is_gone_has_to_be_said()
    {
        await using (var second = new SecondRegistry())
        {
            await second.Registry.InitializeAsync();
            await DoAsync($"login {second.Url} -u root --password-stdin", AccountsRegistry.Password);
        }

        await RefusedAsync("cannot be asked.*--local", "logout");
        await DoAsync("logout --local");

        await RefusedAsync("no registry is named", "whoami");
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_not_overwritten()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LoginsPath)!);
        File.WriteAllText(LoginsPath, "{");

        await RefusedAsync("logins.json is damaged", $"login {Url} -u root --password-stdin", AccountsRegistry.Password);

        Assert.Equal("{", File.ReadAllText(LoginsPath));
    }

    [Fact]
    public async Task The_first_administrator_is_made_with_the_code_that_the_registry_printed()
    {
        await using var empty = await TestRegistry.StartAsync(
            Berth.Storage.RegistryStorage.Over(new Berth.Storage.MemoryObjects(), new Berth.Storage.MemoryRecords()),
            new() { Auth = new() { Mode = Berth.Auth.AuthMode.Accounts } });
        var code = await empty.PrepareAsync();
        var url = empty.Address.GetLeftPart(UriPartial.Authority);

        await RefusedAsync("the code is wrong", $"setup {url} --code nonsense --password-stdin", AccountsRegistry.Password);
        var made = await DoAsync($"setup {url} --code {code} -u boss --password-stdin --json", AccountsRegistry.Password);
        await DoAsync($"login {url} -u boss --password-stdin", AccountsRegistry.Password);

        Assert.True((bool)made.Json["isAdministrator"]!);
        Assert.Equal("boss", (string)(await DoAsync("whoami --json")).Json["name"]!);
    }

    /// <summary>Another registry than the one of the class.</summary>
    private sealed class SecondRegistry : IAsyncDisposable
    {
        public AccountsRegistry Registry { get; } = new();

        public string Url => Registry.Registry.Address.GetLeftPart(UriPartial.Authority);

        public async ValueTask DisposeAsync() => await Registry.DisposeAsync();
    }
}
