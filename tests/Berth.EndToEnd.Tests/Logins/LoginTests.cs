using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Logins;

/// <summary>A client with logins of each mode, against Berth.Server and the Functions app.</summary>
public abstract class LoginTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private const string Administrator = "administrator";

    private readonly string _password = Guid.NewGuid().ToString("n");
    private string _project = "";

    private string PrivateImage => $"{_project}/app:{Sample.Tag}";

    protected abstract Task<LoginClient> RequireClientAsync();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_in_the_htpasswd_file_pushes_and_pulls_and_nobody_else(bool isFunctions)
    {
        var client = await RequireClientAsync();
        var file = Folder.At("htpasswd");
        await File.WriteAllTextAsync(file, $"alice:{BCrypt.Net.BCrypt.HashPassword(_password, BCrypt.Net.BCrypt.GenerateSalt(5))}\n");
        var server = await StartAsync(isFunctions, new()
        {
            ["Berth__Auth__Mode"] = "htpasswd",
            ["Berth__Auth__Htpasswd__Path"] = file,
        });
        var image = $"{server.Host}/{PrivateImage}";
        var sample = CreateSample(SampleKind.Image);

        Assert.False((await client.PushAsync(sample, image)).IsSuccess);
        Assert.False((await client.LogInAsync(server.Host, "alice", "wrong")).IsSuccess);
        Assert.False((await client.LogInAsync(server.Host, "bob", _password)).IsSuccess);
        (await client.LogInAsync(server.Host, "alice", _password)).MustSucceed();
        (await client.PushAsync(sample, image)).MustSucceed();
        (await client.PullAsync(image)).MustSucceed();
        (await client.LogOutAsync(server.Host)).MustSucceed();
        Assert.False((await client.PullAsync(image)).IsSuccess);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Accounts_robots_and_personal_tokens_do_what_their_roles_allow(bool isFunctions)
    {
        var client = await RequireClientAsync();
        var (server, api) = await StartWithAccountsAsync(isFunctions);
        using var _ = api;
        var image = $"{server.Host}/{PrivateImage}";
        var sample = CreateSample(SampleKind.Image);
        var robot = await api.SendAsync("POST", $"projects/{_project}/robots", new { name = "ci", role = "writer" });
        using var writer = new AccountsApi(server.Address, "writer", _password);
        var token = await writer.SendAsync("POST", "user/tokens", new
        {
            name = "laptop",
            access = new[] { new { repositories = $"{_project}/*", actions = new[] { "pull" } } },
        });

        await LogInAsync(client, server, "writer", _password);
        (await client.PushAsync(sample, image)).MustSucceed();
        await LogInAsync(client, server, "reader", _password);
        (await client.PullAsync(image)).MustSucceed();
        Assert.False((await client.PushAsync(sample, image)).IsSuccess);
        await LogInAsync(client, server, "stranger", _password);
        Assert.False((await client.PullAsync(image)).IsSuccess);
        await LogInAsync(client, server, (string)robot!["login"]!, (string)robot["secret"]!);
        (await client.PushAsync(sample, image)).MustSucceed();
        await LogInAsync(client, server, "writer", (string)token!["secret"]!);
        (await client.PullAsync(image)).MustSucceed();
        Assert.False((await client.PushAsync(sample, image)).IsSuccess);

        await writer.SendAsync("DELETE", $"user/tokens/{token["id"]}");
        Assert.False((await client.PullAsync(image)).IsSuccess);
        (await client.LogOutAsync(server.Host)).MustSucceed();
        Assert.False((await client.PullAsync(image)).IsSuccess);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Anybody_pulls_what_is_public_and_nothing_else(bool isFunctions)
    {
        var client = await RequireClientAsync();
        var (server, api) = await StartWithAccountsAsync(isFunctions);
        using var _ = api;
        var image = $"{server.Host}/{PrivateImage}";
        var sample = CreateSample(SampleKind.Image);
        await LogInAsync(client, server, "writer", _password);
        (await client.PushAsync(sample, image)).MustSucceed();
        (await client.LogOutAsync(server.Host)).MustSucceed();

        Assert.False((await client.PullAsync(image)).IsSuccess);
        await api.SendAsync("PATCH", $"projects/{_project}", new { visibility = "public" });
        (await client.PullAsync(image)).MustSucceed();
        Assert.False((await client.PushAsync(sample, image)).IsSuccess);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_registry_takes_the_tokens_of_another_server(bool isFunctions)
    {
        var client = await RequireClientAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=tokens", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(Folder.At("key.pem"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Folder.At("certificate.pem"), certificate.ExportCertificatePem());
        var (tokens, api) = await StartWithAccountsAsync(isFunctions: false, new()
        {
            ["Berth__Auth__Service"] = "shared",
            ["Berth__Auth__SigningKeys"] = Folder.At("key.pem"),
        });
        using var _ = api;
        var project = _project;
        var server = await StartAsync(isFunctions, new()
        {
            ["Berth__Auth__Mode"] = "token",
            ["Berth__Auth__Token__Realm"] = new Uri(tokens.Address, "/token").AbsoluteUri,
            ["Berth__Auth__Token__Service"] = "shared",
            ["Berth__Auth__Token__Issuer"] = "shared",
            ["Berth__Auth__Token__RootCertificates"] = Folder.At("certificate.pem"),
        });
        var image = $"{server.Host}/{project}/app:{Sample.Tag}";
        var sample = CreateSample(SampleKind.Image);

        Assert.False((await client.LogInAsync(server.Host, "writer", "wrong")).IsSuccess);
        await LogInAsync(client, server, "writer", _password);
        (await client.PushAsync(sample, image)).MustSucceed();
        await LogInAsync(client, server, "reader", _password);
        (await client.PullAsync(image)).MustSucceed();
        Assert.False((await client.PushAsync(sample, image)).IsSuccess);
        await LogInAsync(client, server, "stranger", _password);
        Assert.False((await client.PullAsync(image)).IsSuccess);
    }

    private static async Task LogInAsync(LoginClient client, BerthServer server, string name, string secret) =>
        (await client.LogInAsync(server.Host, name, secret)).MustSucceed();

    private async Task<(BerthServer Server, AccountsApi Api)> StartWithAccountsAsync(
        bool isFunctions, Dictionary<string, string>? settings = null)
    {
        var server = await StartAsync(isFunctions, new(settings ?? [])
        {
            ["Berth__Auth__Mode"] = "accounts",
            ["Berth__Auth__Accounts__Administrator"] = Administrator,
            ["Berth__Auth__Accounts__AdministratorPassword"] = _password,
        });
        var api = new AccountsApi(server.Address, Administrator, _password);
        await api.SendAsync("POST", "projects", new { name = _project });
        foreach (var user in (string[])["reader", "writer", "stranger"])
        {
            await api.SendAsync("POST", "users", new { name = user, password = _password });
        }

        foreach (var role in (string[])["reader", "writer"])
            await api.SendAsync("PUT", $"projects/{_project}/members/user/{role}", new { role });
        return (server, api);
    }

    /// <summary>Starts a host that knows its own address, from which clients are to fetch tokens.</summary>
    private async Task<BerthServer> StartAsync(bool isFunctions, Dictionary<string, string> settings)
    {
        _project = $"p{Guid.NewGuid():n}";
        var port = FunctionsApp.FreePort();
        if (!isFunctions)
            settings["Berth__Storage__FileSystem__Root"] = Folder.Add($"data-{port}");
        settings["Berth__PublicUrl"] = $"http://{(isFunctions ? "localhost" : "127.0.0.1")}:{port}";
        return isFunctions
            ? await StartFunctionsAsync(With(await FunctionsApp.RequireStorageAsync(), settings), port)
            : await StartServerAsync(settings, port);
    }

    private static Dictionary<string, string> With(Dictionary<string, string> some, Dictionary<string, string> others) =>
        new(some.Concat(others));
}

public sealed class SkopeoLoginTests(EndToEndFixture fixture, ITestOutputHelper output) : LoginTests(fixture, output)
{
    protected override Task<LoginClient> RequireClientAsync() =>
        Task.FromResult<LoginClient>(new SkopeoLogin(Require("skopeo"), Folder.Path));
}

public sealed class PodmanLoginTests(EndToEndFixture fixture, ITestOutputHelper output) : LoginTests(fixture, output)
{
    protected override async Task<LoginClient> RequireClientAsync()
    {
        var podman = Require(
            "podman", $"--root={Folder.Add("store")}", $"--runroot={Folder.Add("run-store")}", "--storage-driver=vfs");
        if (!Environment.IsPrivilegedProcess)
        {
            var info = await podman.TryRunAsync("info");
            Skip.IfNot(info.IsSuccess, $"podman cannot run without root here: {info.Error.Trim().ReplaceLineEndings("; ")}");
        }

        return new PodmanLogin(podman);
    }
}

public sealed class DockerLoginTests(EndToEndFixture fixture, ITestOutputHelper output) : LoginTests(fixture, output)
{
    protected override async Task<LoginClient> RequireClientAsync()
    {
        var docker = Require("docker");
        var info = await docker.TryRunAsync("info", "--format={{.ServerVersion}}");
        Skip.IfNot(
            info.IsSuccess && info.Output.Trim().Length > 0,
            $"no docker daemon answers: {info.Error.Trim().Split('\n')[^1]}");
        return new DockerLogin(docker, Folder.Path);
    }
}
