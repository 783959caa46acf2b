using System.Net;
using System.Net.Http.Headers;
using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;
using S3Objects = Berth.Storage.S3.S3Objects;

namespace Berth.Storage.Tests.S3;

/// <summary>What a signed URL grants, to whom, and for how long.</summary>
public sealed class S3SignedUrlTests : IAsyncLifetime, IDisposable
{
    private static readonly ReadUriOptions Grant = new(TimeSpan.FromMinutes(20), "application/octet-stream", "sha256-ab.bin");

    private readonly HttpClient _client = new();
    private S3Server _server = null!;

    private static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync()
    {
        _server = await S3Server.StartAsync();
        await Over().PutAsync("objects/a:b", new(Data.Bytes(500)), None);
        _server.ForgetRequests();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_url_reads_its_object_as_what_it_is_said_to_be_and_costs_no_call()
    {
        var uri = await SignAsync(Over());
        Assert.Empty(_server.Requests);

        using var answer = await _client.GetAsync(uri);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Data.Bytes(500), await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment; filename=\"sha256-ab.bin\"", answer.Content.Headers.ContentDisposition!.ToString());
    }

    [Fact]
    public async Task A_url_reads_ranges()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, await SignAsync(Over()));
        request.Headers.Range = new RangeHeaderValue(100, 199);
        using var answer = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(Data.Bytes(500)[100..200], await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_url_does_nothing_but_read(string method)
    {
        using var request = new HttpRequestMessage(new(method), await SignAsync(Over()));
        using var answer = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(["registry/one/objects/a:b"], _server.Bucket.Keys);
    }

    [Fact]
    public async Task A_url_reads_no_other_object_and_nothing_else_of_its_own()
    {
        var uri = (await SignAsync(Over())).AbsoluteUri;
        foreach (var other in new[]
        {
            uri.Replace("a%3Ab", "a%3Ac", StringComparison.Ordinal),
            uri.Replace("octet-stream", "html", StringComparison.Ordinal),
            uri.Replace("X-Amz-Expires=1200", "X-Amz-Expires=86400", StringComparison.Ordinal),
        })
        {
            Assert.NotEqual(uri, other);
            using var answer = await _client.GetAsync(other);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_url_ends_when_it_was_told_to()
    {
        var uri = await SignAsync(Over());
        _server.Options.Time = new LaterTime(TimeSpan.FromMinutes(21));

        using var answer = await _client.GetAsync(uri);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Over().CreateReadUriAsync(
            "objects/a:b", Grant with { Lifetime = TimeSpan.FromMinutes(21) }, None));
    }

    [Theory]
    [InlineData(true, "http://files.example:8443/berth-test/registry/one/objects/a%3Ab?")]
    [InlineData(false, "http://berth-test.files.example:8443/registry/one/objects/a%3Ab?")]
    public async Task A_url_names_the_address_that_clients_know(bool pathStyle, string expected)
    {
        var uri = await SignAsync(Over(options => options with
        {
            PublicEndpoint = new("http://files.example:8443"),
            ForcePathStyle = pathStyle,
        }));

        Assert.StartsWith(expected, uri.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_signature_of_a_public_address_is_its_own()
    {
        // The same server by another name: with another host signed, it would refuse.
        var uri = await SignAsync(Over(options => options with { PublicEndpoint = new($"http://localhost:{_server.Endpoint.Port}") }));
        using var answer = await _client.GetAsync(uri);

        Assert.Equal("localhost", uri.Host);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var moved = await _client.GetAsync(new UriBuilder(uri) { Host = "127.0.0.1" }.Uri);
        Assert.Equal(HttpStatusCode.Forbidden, moved.StatusCode);
    }

    [Fact]
    public async Task A_temporary_key_pair_signs_with_its_token()
    {
        _server.Options.Credentials.Add(new("ASIATEST", "temporary", "the/token+"));
        var uri = await SignAsync(Over(options => options with
        {
            AccessKeyId = "ASIATEST",
            SecretAccessKey = "temporary",
            SessionToken = "the/token+",
        }));

        using var answer = await _client.GetAsync(uri);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Amazon_s_own_address_is_https_with_the_bucket_in_the_name()
    {
        var uri = await SignAsync(Over(options => options with { Endpoint = null, Region = "eu-central-1" }));

        Assert.StartsWith(
            "https://berth-test.s3.eu-central-1.amazonaws.com/registry/one/objects/a%3Ab?X-Amz-Expires=1200&",
            uri.AbsoluteUri, StringComparison.Ordinal);
        Assert.Contains("X-Amz-SignedHeaders=host&", uri.AbsoluteUri, StringComparison.Ordinal);
    }

    private S3Objects Over(Func<S3StorageOptions, S3StorageOptions>? adjust = null)
    {
        var options = S3Fixture.OptionsFor(_server);
        return new(new(adjust?.Invoke(options) ?? options, TimeProvider.System));
    }

    private static async Task<Uri> SignAsync(S3Objects objects) =>
        (await objects.CreateReadUriAsync("objects/a:b", Grant, None))!;

    /// <summary>The same clock, later.</summary>
    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
