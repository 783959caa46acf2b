using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Storage;
using Berth.Tests.Auth;
using Berth.Tests.Protocol;

namespace Berth.Tests.Accounts;

/// <summary>A registry with accounts over an empty store, and what a test does with it as different people.</summary>
public sealed class AccountsRegistry : IAsyncLifetime
{
    public const string Administrator = "root";

    private readonly List<HttpClient> _clients = [];
    private readonly Dictionary<string, (string Name, Caller Caller)> _shared = [];

    /// <summary>A password that is nobody's outside this run.</summary>
    public static string Password { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    public TestRegistry Registry { get; private set; } = null!;

    public AccountOptions Options { get; init; } = new();

    internal SetTime Time { get; } = new();

    public async Task InitializeAsync()
    {
        var options = new RegistryOptions
        {
            Auth = new()
            {
                Mode = AuthMode.Accounts,
                PublicUrl = new("https://registry.test/"),
                Accounts = Options with { Administrator = Administrator, AdministratorPassword = Password },
                Passwords = new() { CacheEntries = 1000 },
            },
        };
        Registry = await TestRegistry.StartAsync(
            RegistryStorage.Over(new MemoryObjects(minimumPartSize: 1024), new MemoryRecords()), options, Time);
        Assert.Null(await Registry.PrepareAsync());
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Registry.DisposeAsync();
    }

    /// <summary>A name that no other test uses.</summary>
    public static string NewName(string prefix = "n") => prefix + Guid.NewGuid().ToString("n")[..12];

    /// <summary>Somebody by a name and a secret; without a name, anybody.</summary>
    public Caller As(string? name = null, string? secret = null)
    {
        var http = NewClient();
        if (name is not null)
        {
            http.DefaultRequestHeaders.Authorization = new(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret ?? Password}")));
        }
        return new(http);
    }

    /// <summary>Somebody by a token.</summary>
    public Caller AsBearer(string token)
    {
        var http = NewClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new(http);
    }

    public Caller AsRoot() => As(Administrator);

    /// <summary>Makes an account and logs in.</summary>
    public async Task<(string Name, Caller Caller)> NewUserAsync()
    {
        var name = NewName("u");
        await AsRoot().ExpectAsync(HttpStatusCode.Created, "POST", "users", new() { ["name"] = name, ["password"] = Password });
        return (name, As(name));
    }

    /// <summary>An account that tests share which do not change it: each costs the hashing of a password.</summary>
    public async Task<(string Name, Caller Caller)> SharedUserAsync(string purpose)
    {
        if (!_shared.TryGetValue(purpose, out var user))
        {
            _shared[purpose] = user = await NewUserAsync();
        }
        return user;
    }

    /// <summary>Makes a project of the administrator's.</summary>
    public async Task<string> NewProjectAsync(string visibility = "private")
    {
        var name = NewName("p");
        await AsRoot().ExpectAsync(
            HttpStatusCode.Created, "POST", "projects", new() { ["name"] = name, ["visibility"] = visibility });
        return name;
    }

    public Task PutMemberAsync(string project, string kind, string name, string role) => AsRoot().ExpectAsync(
        HttpStatusCode.Created, "PUT", $"projects/{project}/members/{kind}/{name}", new() { ["role"] = role });

    /// <summary>Gets a token for a scope.</summary>
    public static async Task<string> TokenAsync(Caller caller, string scope)
    {
        using var response = await caller.Client.SendAsync("GET", $"/token?service=registry.test&scope={Uri.EscapeDataString(scope)}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["token"]!;
    }

    private HttpClient NewClient()
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Registry.Address };
        _clients.Add(http);
        return http;
    }

    /// <summary>Somebody, with a connection of their own.</summary>
    public sealed class Caller(HttpClient http)
    {
        /// <summary>Pushes and pulls.</summary>
        public Client Client { get; } = new(http);

        /// <summary>Asks the management API.</summary>
        public Task<HttpResponseMessage> SendAsync(
            string method, string path, JsonObject? body = null, params (string Name, string Value)[] headers) =>
            Client.SendAsync(
                method, $"/api/v1/{path}",
                body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), headers);

        /// <summary>Asks the management API, and returns what it answers.</summary>
        public async Task<JsonNode?> ExpectAsync(HttpStatusCode status, string method, string path, JsonObject? body = null)
        {
            using var response = await SendAsync(method, path, body);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == status, $"{method} {path}: {response.StatusCode}, not {status}: {text}");
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }

        /// <summary>The status of a request of the registry itself.</summary>
        public async Task<HttpStatusCode> StatusAsync(string method, string path)
        {
            using var response = await Client.SendAsync(method, path);
            return response.StatusCode;
        }

        public Task<HttpStatusCode> PullAsync(string repository) => StatusAsync("GET", $"/v2/{repository}/manifests/latest");

        public Task<HttpStatusCode> PushAsync(string repository) => StatusAsync("POST", $"/v2/{repository}/blobs/uploads/");

        public Task<HttpStatusCode> DeleteAsync(string repository) =>
            StatusAsync("DELETE", $"/v2/{repository}/manifests/sha256:{new string('0', 64)}");

        /// <summary>Pushes an image that is tagged latest.</summary>
        public async Task PushImageAsync(string repository) =>
            await Client.PushManifestAsync(repository, "latest", await Client.PrepareImageAsync(repository));
    }
}
