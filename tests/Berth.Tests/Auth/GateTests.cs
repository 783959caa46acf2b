using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Auth;
using Berth.Content;
using Berth.Storage;
using Berth.Tests.Protocol;

namespace Berth.Tests.Auth;

/// <summary>What the gate lets pass, over a registry whose users may do everything that their credential allows.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private TestRegistry _registry = null!;
    private Client _writer = null!;

    public async Task InitializeAsync()
    {
        var options = new RegistryOptions
        {
            Auth = new()
            {
                Mode = AuthMode.Htpasswd,
                Sources =
                [
                    new FixedCredentials(
                        ("alice", "right", null), ("bob", "right", null),
                        ("reader", "right", [new AccessLimit(Pattern("test/*"), RepositoryActions.Pull)])),
                ],
            },
        };
        _registry = await TestRegistry.StartAsync(
            RegistryStorage.Over(new MemoryObjects(), new MemoryRecords()), options);
        _writer = As("alice");
    }

    public Task DisposeAsync() => _registry.DisposeAsync().AsTask();

    [Fact]
    public async Task Without_a_credential_a_client_is_asked_for_one()
    {
        using var response = await _registry.Client.GetAsync("/v2/");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic realm=\"Berth\", charset=\"UTF-8\"", response.Headers.WwwAuthenticate.ToString());
        Assert.Contains("UNAUTHORIZED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alice", "right", HttpStatusCode.OK)]
    [InlineData("alice", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("nobody", "right", HttpStatusCode.Unauthorized)]
    public async Task The_API_answers_to_a_right_password_alone(string name, string secret, HttpStatusCode expected)
    {
        using var response = await As(name, secret).SendAsync("GET", "/v2/");

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic !!!")]
    [InlineData("Basic YWxpY2U=")]
    [InlineData("Basic /zp4")]
    [InlineData("Bearer abc")]
    [InlineData("Digest username=alice")]
    [InlineData("nonsense")]
    public async Task A_malformed_credential_is_refused_like_a_wrong_one(string authorization)
    {
        using var response = await Send("GET", "/v2/", authorization);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_credential_allows_no_more_than_its_limits()
    {
        var repository = Client.NewRepository();
        await _writer.PushManifestAsync(repository, "latest", await _writer.PrepareImageAsync(repository));
        await _writer.PushManifestAsync("other/one", "latest", await _writer.PrepareImageAsync("other/one"));
        var reader = As("reader");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(reader, "GET", $"/v2/{repository}/manifests/latest"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(reader, "POST", $"/v2/{repository}/blobs/uploads/"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(reader, "DELETE", $"/v2/{repository}/manifests/latest"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(reader, "GET", "/v2/other/one/manifests/latest"));
        Assert.Equal([repository], await CatalogAsync(reader));
        Assert.Equal(["other/one", repository], await CatalogAsync(_writer));
    }

    [Fact]
    public async Task An_upload_is_its_owners_alone()
    {
        var repository = Client.NewRepository();
        var location = await _writer.StartUploadAsync(repository);
        var other = As("bob");

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, "GET", location));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, "PATCH", location, [1]));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, "PUT", $"{location}?digest={Client.Digest([])}", []));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, "DELETE", location));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(_writer, "GET", location));
    }

    [Theory]
    [InlineData("&from=other/secret")]
    [InlineData("&from=other/missing")]
    [InlineData("")]
    public async Task A_mount_from_where_one_may_not_read_is_answered_like_one_from_nowhere(string from)
    {
        await using var registry = await TestRegistry.StartAsync(_registry.Storage, new RegistryOptions
        {
            Auth = new()
            {
                Mode = AuthMode.Htpasswd,
                Sources = [new FixedCredentials(("carol", "right", [new AccessLimit(Pattern("test/*"), RepositoryActions.All)]))],
            },
        });
        var digest = await _writer.PushBlobAsync("other/secret", Client.RandomBytes(50));
        var http = new HttpClient { BaseAddress = registry.Address };
        http.DefaultRequestHeaders.Authorization = Basic("carol", "right");

        using var response = await new Client(http).SendAsync("POST", $"/v2/test/mine/blobs/uploads/?mount={digest}{from}");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private static async Task<string[]> CatalogAsync(Client client)
    {
        using var response = await client.SendAsync("GET", "/v2/_catalog");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return [.. document.RootElement.GetProperty("repositories").EnumerateArray().Select(name => name.GetString()!)];
    }

    private static async Task<HttpStatusCode> StatusAsync(Client client, string method, string path, byte[]? body = null)
    {
        using var response = await client.SendAsync(method, path, body);
        return response.StatusCode;
    }

    private static AuthenticationHeaderValue Basic(string name, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));

    private static RepositoryPattern Pattern(string text) =>
        RepositoryPattern.TryParse(text, out var pattern) ? pattern : throw new FormatException(text);

    private Client As(string name, string secret = "right")
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _registry.Address };
        http.DefaultRequestHeaders.Authorization = Basic(name, secret);
        return new(http);
    }

    private async Task<HttpResponseMessage> Send(string method, string path, string authorization)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await _registry.Client.SendAsync(request);
    }
}
