using System.Net;
using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Storage;

namespace Berth.Tests.Accounts;

/// <summary>How the first administrator comes to be.</summary>
public sealed class FirstAdministratorTests
{
    private readonly RegistryStorage _storage = RegistryStorage.Over(new MemoryObjects(), new MemoryRecords());

    [Fact]
    public async Task Whoever_has_a_printed_code_makes_one_and_nobody_a_second()
    {
        await using var registry = await StartAsync(new());
        var (former, code) = (await registry.PrepareAsync(), await registry.PrepareAsync());
        Assert.NotNull(former);
        Assert.NotNull(code);
        var someone = new AccountsRegistry.Caller(registry.Client);

        await someone.ExpectAsync(HttpStatusCode.Forbidden, "POST", "setup", Setup(new('0', 64), "mallory"));
        await someone.ExpectAsync(HttpStatusCode.BadRequest, "POST", "setup", Setup(code, "Root"));
        await someone.ExpectAsync(HttpStatusCode.Created, "POST", "setup", Setup(code, "root"));
        // Used up, and so is what an instance printed that started before.
        await someone.ExpectAsync(HttpStatusCode.Forbidden, "POST", "setup", Setup(code, "mallory"));
        await someone.ExpectAsync(HttpStatusCode.Forbidden, "POST", "setup", Setup(former, "mallory"));

        Assert.Null(await registry.PrepareAsync());
        someone.Client.Http.DefaultRequestHeaders.Authorization = Basic("root");
        var users = (await someone.ExpectAsync(HttpStatusCode.OK, "GET", "users"))!["users"]!.AsArray();
        Assert.Equal(["root"], users.Select(user => (string)user!["name"]!));
    }

    [Fact]
    public async Task Of_many_with_the_code_at_once_one_becomes_it()
    {
        await using var registry = await StartAsync(new());
        var code = (await registry.PrepareAsync())!;
        var someone = new AccountsRegistry.Caller(registry.Client);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => someone.SendAsync("POST", "setup", Setup(code, $"root{i}"))));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        var accounts = await _storage.Records.ListRowsAsync("accounts", null, 10, CancellationToken.None);
        Assert.Single(accounts.Items);
    }

    [Fact]
    public async Task Of_the_settings_it_is_made_once_and_keeps_the_password_that_it_chose()
    {
        await using (var registry = await StartAsync(Settings("root", AccountsRegistry.Password)))
        {
            Assert.Null(await registry.PrepareAsync());
        }
        await using var later = await StartAsync(Settings("root", "another-password"));
        Assert.Null(await later.PrepareAsync());
        var root = new AccountsRegistry.Caller(later.Client);

        later.Client.DefaultRequestHeaders.Authorization = Basic("root");
        await root.ExpectAsync(HttpStatusCode.OK, "GET", "users");
        later.Client.DefaultRequestHeaders.Authorization = Basic("root", "another-password");
        await root.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "users");
    }

    [Fact]
    public async Task An_account_that_somebody_made_under_the_name_in_the_settings_has_no_part_in_it()
    {
        await using (var before = await StartAsync(new() { SelfRegistration = true }))
        {
            await new AccountsRegistry.Caller(before.Client).ExpectAsync(
                HttpStatusCode.Created, "POST", "users", new() { ["name"] = "root", ["password"] = "mallorys-own" });
        }
        await using var registry = await StartAsync(Settings("root", AccountsRegistry.Password));
        Assert.Null(await registry.PrepareAsync());
        var caller = new AccountsRegistry.Caller(registry.Client);

        registry.Client.DefaultRequestHeaders.Authorization = Basic("root", "mallorys-own");
        await caller.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "user");
        registry.Client.DefaultRequestHeaders.Authorization = Basic("root");
        await caller.ExpectAsync(HttpStatusCode.OK, "GET", "users");
    }

    [Theory]
    [InlineData("root", "short")]
    [InlineData("Root", "long-enough-it-is")]
    public async Task Settings_that_make_no_administrator_are_refused(string name, string password)
    {
        await using var registry = await StartAsync(Settings(name, password));

        await Assert.ThrowsAsync<ArgumentException>(registry.PrepareAsync);
    }

    [Fact]
    public async Task Without_accounts_there_is_none()
    {
        await using var registry = await TestRegistry.StartAsync(_storage);

        Assert.Null(await registry.PrepareAsync());
        Assert.Empty((await _storage.Records.ListRowsAsync("setup", null, 10, CancellationToken.None)).Items);
    }

    private static System.Net.Http.Headers.AuthenticationHeaderValue Basic(string name, string? password = null) => new(
        "Basic",
        Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{name}:{password ?? AccountsRegistry.Password}")));

    private static AccountOptions Settings(string name, string password) =>
        new() { Administrator = name, AdministratorPassword = password };

    private static JsonObject Setup(string code, string name) =>
        new() { ["code"] = code, ["name"] = name, ["password"] = AccountsRegistry.Password };

    private Task<TestRegistry> StartAsync(AccountOptions accounts) => TestRegistry.StartAsync(
        _storage, new RegistryOptions { Auth = new() { Mode = AuthMode.Accounts, Accounts = accounts } });
}
