using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Storage;
using Berth.Tests.Auth.Tokens;
using Berth.Tests.Protocol;
using Berth.TestTools;

namespace Berth.Tests.Auth.Oidc;

/// <summary>A registry with accounts whose other callers an identity provider vouches for.</summary>
public sealed class OidcRegistryTests : IAsyncLifetime
{
    private const string Audience = "https://registry.example";

    private readonly SetTime _time = new();
    private readonly List<HttpClient> _clients = [];
    private LocalIssuer _server = null!;
    private TestRegistry _registry = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalIssuer.StartAsync();
        var options = new RegistryOptions
        {
            Auth = new()
            {
                Mode = AuthMode.Accounts,
                PublicUrl = new("https://registry.example/"),
                Accounts = new()
                {
                    Administrator = "root",
                    AdministratorPassword = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)),
                },
                Oidc = new() { Issuer = _server.Issuer, ClientId = "berth", AdministratorGroup = "admins" },
                Federation =
                [
                    new()
                    {
                        Issuer = _server.Issuer,
                        Audience = Audience,
                        Claims = new Dictionary<string, string> { ["repository"] = "team/app" },
                        Repositories = [Parsed.Pattern("team/app")],
                        Actions = RepositoryActions.Pull | RepositoryActions.Push,
                    },
                ],
            },
        };
        _registry = await TestRegistry.StartAsync(
            RegistryStorage.Over(new MemoryObjects(), new MemoryRecords()), options, _time);
        await _registry.PrepareAsync();
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _registry.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_person_of_the_administrators_group_administers_with_a_token_of_the_provider()
    {
        var administrator = Bearer(Person("carol", "admins"));
        var other = Bearer(Person("dave", "dev"));

        Assert.Equal(HttpStatusCode.Created, await ProjectAsync(administrator, "team"));
        Assert.Equal(HttpStatusCode.Forbidden, await ProjectAsync(other, "more"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(other, "GET", "/v2/"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Basic(Person("dave", "dev")), "GET", "/v2/"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(other, "POST", "/v2/team/app/blobs/uploads/"));
    }

    [Fact]
    public async Task A_person_stays_who_they_are_with_a_token_of_ours()
    {
        var repository = "team/other";
        await Bearer(Person("carol", "admins")).PushBlobAsync(repository, [1, 2, 3]);

        var (token, refresh) = await TokenAsync(Basic(Person("carol", "admins")), $"repository:{repository}:pull,push,delete");
        var (weak, _) = await TokenAsync(Basic(Person("dave", "dev")), $"repository:{repository}:pull,push,delete");

        Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(Bearer(token), "POST", $"/v2/{repository}/blobs/uploads/"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Bearer(weak), "POST", $"/v2/{repository}/blobs/uploads/"));
        // The provider has to vouch for them again: it may not any more.
        Assert.Null(refresh);
    }

    [Fact]
    public async Task A_job_pushes_where_its_rule_allows_and_nowhere_else()
    {
        await ProjectAsync(Bearer(Person("carol", "admins")), "team");
        var job = Basic(Job());

        await job.PushManifestAsync("team/app", "latest", await job.PrepareImageAsync("team/app"));
        var (token, _) = await TokenAsync(job, "repository:team/app:pull,push,delete repository:team/other:pull,push");

        foreach (var client in new[] { job, Bearer(token) })
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "GET", "/v2/team/app/manifests/latest"));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "DELETE", "/v2/team/app/manifests/latest"));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "GET", "/v2/team/other/manifests/latest"));
            Assert.Equal(HttpStatusCode.Unauthorized, await ProjectAsync(client, "more"));
        }
    }

    [Theory]
    [InlineData("repository", "team/fork")]
    [InlineData("event_name", "pull_request")]
    [InlineData("aud", "https://other.example")]
    public async Task Another_job_is_refused(string claim, string value)
    {
        var job = Basic(Job(claims => claims[claim] = value));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(job, "GET", "/v2/"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(job, "GET", "/token?scope=repository:team/app:pull"));
    }

    [Theory]
    [InlineData("/v2/")]
    [InlineData("/token")]
    public async Task While_the_provider_is_down_nobody_is_told_that_they_are_wrong(string path)
    {
        _server.Fault = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };

        using var response = await Basic(Job()).SendAsync("GET", path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Basic("wrong"), "GET", path));
    }

    [Fact]
    public async Task A_token_of_the_provider_is_no_name_for_a_token_of_ours()
    {
        // As a bearer it is somebody; what asks for tokens is a name and a password.
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Bearer(Person("carol", "admins")), "GET", "/token"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Bearer(Job()), "GET", "/v2/"));
    }

    private static async Task<HttpStatusCode> StatusAsync(Client client, string method, string path)
    {
        using var response = await client.SendAsync(method, path);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> ProjectAsync(Client client, string name)
    {
        using var body = new StringContent(
            new JsonObject { ["name"] = name, ["visibility"] = "private" }.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await client.SendAsync("POST", "/api/v1/projects", body);
        return response.StatusCode;
    }

    private static async Task<(string Token, string? Refresh)> TokenAsync(Client client, string scope)
    {
        using var response = await client.SendAsync("GET", $"/token?offline_token=true&scope={Uri.EscapeDataString(scope)}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return ((string)answer["token"]!, (string?)answer["refresh_token"]);
    }

    private string Person(string name, string group) =>
        _server.Token("berth", name, _time.Now, claims => claims["groups"] = new JsonArray(group));

    private string Job(Action<JsonObject>? change = null) => _server.Token(Audience, "repo:team/app:ref:refs/heads/main", _time.Now, claims =>
    {
        claims["repository"] = "team/app";
        claims["event_name"] = "push";
        change?.Invoke(claims);
    });

    private Client Bearer(string token) => With(new("Bearer", token));

    private Client Basic(string secret) =>
        With(new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anything:{secret}"))));

    private Client With(AuthenticationHeaderValue authorization)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _registry.Address };
        http.DefaultRequestHeaders.Authorization = authorization;
        _clients.Add(http);
        return new(http);
    }
}
