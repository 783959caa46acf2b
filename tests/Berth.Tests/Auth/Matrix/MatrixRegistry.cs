using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Accounts;
using Berth.Auth;
using Berth.Content;
using Berth.Storage;
using Berth.Tests.Protocol;

namespace Berth.Tests.Auth.Matrix;

/// <summary>A registry with everybody of <see cref="AccessOracle"/> in it, made through the API as an administrator would.</summary>
public sealed class MatrixRegistry : IAsyncLifetime
{
    private const string Administrator = "administrator";
    private static readonly DateTimeOffset LongAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, (string Name, string Secret)?> _credentials = [];
    private readonly string _password = Guid.NewGuid().ToString("n");

    internal TestRegistry Registry { get; private set; } = null!;

    internal string BlobDigest { get; private set; } = "";

    /// <summary>A blob of acme/app that no image names.</summary>
    internal string SharedDigest { get; private set; } = "";

    internal string ManifestDigest { get; private set; } = "";

    /// <summary>Repositories that hold an image, and others of the same projects that do not exist.</summary>
    internal static string[] Existing { get; } = ["acme/app", "open/app", "other/app", "app"];

    internal static string[] Missing { get; } = ["acme/missing", "open/missing", "other/missing", "missing", "nowhere/app"];

    public async Task InitializeAsync()
    {
        var storage = RegistryStorage.Over(new MemoryObjects(), new MemoryRecords());
        Registry = await TestRegistry.StartAsync(storage, new RegistryOptions
        {
            Auth = new()
            {
                Mode = AuthMode.Accounts,
                SignIn = new() { UserFailures = 100_000, AddressFailures = 100_000 }, // wrong ones are as many as right ones here
                PublicUrl = new("https://registry.example"),
                Accounts = new() { Administrator = Administrator, AdministratorPassword = _password },
            },
        });
        await Registry.PrepareAsync();
        _credentials["anonymous"] = null;
        _credentials[Administrator] = (Administrator, _password);
        await CreatePeopleAsync();
        await CreateProjectsAsync();
        await CreateProgramsAsync();
        await SpoilAsync(new(storage.Records));
        await PushAsync();
    }

    public Task DisposeAsync() => Registry.DisposeAsync().AsTask();

    /// <summary>A client that shows what a caller has, as Basic authentication.</summary>
    internal HttpClient Basic(string caller)
    {
        var http = Plain();
        if (_credentials[caller] is { } credential)
        {
            http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(
                Encoding.UTF8.GetBytes($"{credential.Name}:{credential.Secret}")));
        }
        return http;
    }

    /// <summary>A client that shows a token for one scope, as a caller gets it; no token where the caller gets none.</summary>
    internal async Task<HttpClient> BearerAsync(string caller, string scope)
    {
        using var basic = Basic(caller);
        using var answer = await basic.GetAsync(
            $"/token?service=registry.example&scope={Uri.EscapeDataString(scope)}");
        var http = Plain();
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            http.DefaultRequestHeaders.Authorization = new("Bearer", "none");
            return http;
        }
        var token = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["token"]!.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private HttpClient Plain() => new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = Registry.Address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    private async Task CreatePeopleAsync()
    {
        string[] people =
        [
            "stranger", "reader", "writer", "maintainer", "owner", "group-writer", "other-writer", "wrong-password", "disabled",
            "deleted",
        ];
        foreach (var name in people)
        {
            await SendAsync("POST", "users", new { name, password = _password });
            _credentials[name] = (name, _password);
        }
        await SendAsync("POST", "groups", new { name = "writers" });
        await SendAsync("PUT", "groups/writers/members/group-writer");
    }

    private async Task CreateProjectsAsync()
    {
        foreach (var project in AccessOracle.Projects.Where(project => project != "nowhere"))
        {
            await SendAsync("POST", "projects", new
            {
                name = project,
                visibility = project == "open" ? "public" : "private",
            });
        }
        // Those who must not get in have the best of roles: what keeps them out is their credential.
        foreach (var (name, role) in new[]
        {
            ("reader", "reader"), ("writer", "writer"), ("maintainer", "maintainer"), ("owner", "owner"),
            ("wrong-password", "owner"), ("disabled", "owner"), ("deleted", "owner"),
        })
        {
            await SendAsync("PUT", $"projects/acme/members/user/{name}", new { role });
        }
        await SendAsync("PUT", "projects/acme/members/group/writers", new { role = "writer" });
        await SendAsync("PUT", "projects/other/members/user/other-writer", new { role = "writer" });
    }

    private async Task CreateProgramsAsync()
    {
        await CreateRobotAsync("pull-robot", "acme", "acme/*", "pull");
        await CreateRobotAsync("app-robot", "acme", "acme/app", "pull", "push");
        await CreateRobotAsync("library-robot", "library", "library/*", "pull", "push");
        await CreateRobotAsync("expired-robot", "acme", "acme/*", "pull", "push", "delete");
        await CreateRobotAsync("revoked-robot", "acme", "acme/*", "pull", "push", "delete");
        await CreateTokenAsync("owners-pull-token", "owner", "acme/app", "pull");
        await CreateTokenAsync("readers-full-token", "reader", "*", "pull", "push", "delete");
        var api = await SendAsync("POST", "user/tokens", new { name = "readers-api-token", api = true }, "reader");
        _credentials["readers-api-token"] = ("reader", api!["secret"]!.GetValue<string>());
        await CreateTokenAsync("expired-personal", "owner", "*", "pull", "push", "delete");
        var revoked = await CreateTokenAsync("revoked-personal", "owner", "*", "pull", "push", "delete");
        await SendAsync("DELETE", "projects/acme/robots/revoked-robot");
        await SendAsync("DELETE", $"user/tokens/{revoked}", caller: "owner");
    }

    private async Task CreateRobotAsync(string name, string project, string repositories, params string[] actions)
    {
        var robot = await SendAsync(
            "POST", $"projects/{project}/robots", new { name, access = new[] { new { repositories, actions } } });
        _credentials[name] = (robot!["login"]!.GetValue<string>(), robot["secret"]!.GetValue<string>());
    }

    private async Task<string> CreateTokenAsync(string name, string owner, string repositories, params string[] actions)
    {
        var token = await SendAsync(
            "POST", "user/tokens", new { name, access = new[] { new { repositories, actions } } }, owner);
        _credentials[name] = (owner, token!["secret"]!.GetValue<string>());
        return token["id"]!.GetValue<string>();
    }

    /// <summary>Makes bad credentials of good ones. What has an end is given one in the past: nobody waits for it.</summary>
    private async Task SpoilAsync(AccountRecords records)
    {
        _credentials["wrong-password"] = ("wrong-password", "another password");
        await SendAsync("PATCH", "users/disabled", new { isDisabled = true });
        await SendAsync("DELETE", "users/deleted");
        Assert.True(ProjectName.TryParse("acme", out var acme));
        await records.Robots(acme).UpdateAsync(
            "expired-robot", robot => robot.Value with { Expires = LongAgo }, default);
        await records.Accounts.UpdateAsync("owner", owner => owner.Value with
        {
            Tokens =
            [
                .. owner.Value.Tokens.Select(
                    token => token.Name == "expired-personal" ? token with { Expires = LongAgo } : token),
            ],
        }, default);
    }

    private async Task PushAsync()
    {
        using var http = Basic(Administrator);
        var client = new Client(http);
        var config = Client.RandomBytes(40);
        var image = Client.Image(Client.Descriptor(Client.OciConfig, config), []);
        foreach (var repository in Existing)
        {
            BlobDigest = await client.PushBlobAsync(repository, config);
            ManifestDigest = await client.PushManifestAsync(repository, "latest", image);
        }
        SharedDigest = await client.PushBlobAsync("acme/app", Client.RandomBytes(50));
    }

    private async Task<JsonNode?> SendAsync(string method, string path, object? body = null, string caller = Administrator)
    {
        using var http = Basic(caller);
        using var request = new HttpRequestMessage(new(method), "/api/v1/" + path)
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}
