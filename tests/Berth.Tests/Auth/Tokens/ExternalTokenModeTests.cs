using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Storage;
using Berth.Tests.Protocol;

namespace Berth.Tests.Auth.Tokens;

/// <summary>A registry whose callers bring tokens of another server.</summary>
public sealed class ExternalTokenModeTests : IAsyncLifetime
{
    private readonly SetTime _time = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private TestRegistry _registry = null!;

    public async Task InitializeAsync()
    {
        var point = _key.ExportParameters(false).Q;
        var jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["kid"] = "k1",
            ["x"] = System.Buffers.Text.Base64Url.EncodeToString(point.X),
            ["y"] = System.Buffers.Text.Base64Url.EncodeToString(point.Y),
        };
        var options = new RegistryOptions
        {
            Auth = new()
            {
                Mode = AuthMode.Token,
                ExternalTokens = new()
                {
                    Realm = new("https://auth.example/jwt/auth?x=1"),
                    Service = "registry.example",
                    Issuer = "auth.example",
                    Jwks = new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString(),
                },
            },
        };
        _registry = await TestRegistry.StartAsync(
            RegistryStorage.Over(new MemoryObjects(), new MemoryRecords()), options, _time);
    }

    public async Task DisposeAsync()
    {
        await _registry.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task A_client_is_told_where_to_ask_and_for_what()
    {
        using var response = await _registry.Client.GetAsync("/v2/team/app/manifests/latest");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(
            "Bearer realm=\"https://auth.example/jwt/auth?x=1\",service=\"registry.example\",scope=\"repository:team/app:pull\"",
            response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_token_allows_what_its_access_says()
    {
        var writer = As(Token("alice", "team/app", "pull", "push"));
        await writer.PushManifestAsync("team/app", "latest", await writer.PrepareImageAsync("team/app"));
        var reader = As(Token("bob", "team/app", "pull"));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(reader, "GET", "/v2/"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(reader, "GET", "/v2/team/app/manifests/latest"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(reader, "POST", "/v2/team/app/blobs/uploads/"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(writer, "DELETE", "/v2/team/app/manifests/latest"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(reader, "GET", "/v2/team/other/manifests/latest"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(reader, "GET", "/v2/_catalog"));
    }

    [Fact]
    public async Task A_token_that_allows_too_little_is_told_what_it_lacks()
    {
        using var response = await As(Token("bob", "team/app", "pull")).SendAsync("POST", "/v2/team/app/blobs/uploads/");

        Assert.Contains(
            "scope=\"repository:team/app:pull,push\",error=\"insufficient_scope\"",
            response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_has_ended_goes_on_with_its_own_upload_alone()
    {
        var owner = As(Token("alice", "team/app", "pull", "push"));
        var other = As(Token("bob", "team/app", "pull", "push"));
        var location = await owner.StartUploadAsync("team/app");

        _time.Now += TimeSpan.FromMinutes(10);

        Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(owner, "PATCH", location, [1, 2, 3]));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(other, "PATCH", location, [1, 2, 3]));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(owner, "POST", "/v2/team/app/blobs/uploads/"));
        var digest = Client.Digest([1, 2, 3]);
        Assert.Equal(HttpStatusCode.Created, await StatusAsync(owner, "PUT", $"{location}?digest={digest}", []));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(owner, "GET", $"/v2/team/app/blobs/{digest}"));
    }

    [Fact]
    public async Task A_password_is_no_token()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:right")));
        using var response = await _registry.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<HttpStatusCode> StatusAsync(Client client, string method, string path, byte[]? body = null)
    {
        using var response = await client.SendAsync(method, path, body);
        return response.StatusCode;
    }

    private Client As(string token)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _registry.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new(http);
    }

    private string Token(string subject, string repository, params string[] actions)
    {
        var now = _time.Now.ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = "auth.example",
            ["aud"] = "registry.example",
            ["sub"] = subject,
            ["exp"] = now + 300,
            ["access"] = new JsonArray(new JsonObject
            {
                ["type"] = "repository",
                ["name"] = repository,
                ["actions"] = new JsonArray([.. actions.Select(action => (JsonNode)action)]),
            }),
        };
        return ForgedToken.Make("""{"alg":"ES256","typ":"JWT","kid":"k1"}""", claims.ToJsonString(), ForgedToken.Ecdsa(_key));
    }
}
