using System.Net;
using Berth.Content;

namespace Berth.Tests.Protocol;

/// <summary>end-2 over a store that signs URLs: the bytes never pass through the registry.</summary>
public abstract class RedirectTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private readonly Interception _interception = new()
    {
        Sign = what => new Uri("https://store.example/" + what + "&signature=a%2Bb%3D"),
    };

    [SkippableTheory]
    [InlineData("")]
    [InlineData("bytes=0-9")]
    public async Task GET_redirects_with_307_and_is_not_cached(string range)
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(100));
        await using var registry = await Fixture.StartAsync(_interception);

        var answer = await RawHttp.SendAsync(
            registry, "GET", $"/v2/{Repository}/blobs/{digest}", range.Length == 0 ? "X: y" : "Range: " + range);

        Assert.Equal(307, answer.Status);
        var blob = await FindBlobAsync(Repository, digest);
        Assert.Equal(
            $"https://store.example/{blob!.Object}?type=application/octet-stream&name={digest}&for=00:20:00&signature=a%2Bb%3D",
            answer.Header("Location"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal(digest, answer.Header("Docker-Content-Digest"));
        Assert.Empty(answer.Body);
        var line = await registry.Log.WaitAsync(Repository, "end-2", "GET");
        Assert.Equal(1, line.StorageCalls);
        Assert.DoesNotContain("signature", line.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task HEAD_is_answered_here()
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(100));
        await using var registry = await Fixture.StartAsync(_interception);

        var answer = await RawHttp.SendAsync(registry, "HEAD", $"/v2/{Repository}/blobs/{digest}");

        Assert.Equal(200, answer.Status);
        Assert.Null(answer.Header("Location"));
        Assert.Equal("100", answer.Header("Content-Length"));
    }

    [SkippableFact]
    public async Task A_lifetime_is_the_operators()
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(100));
        await using var registry = await Fixture.StartAsync(
            _interception, new RegistryOptions { RedirectLifetime = TimeSpan.FromMinutes(3) });

        var answer = await RawHttp.SendAsync(registry, "GET", $"/v2/{Repository}/blobs/{digest}");

        Assert.Contains("for=00:03:00", answer.Header("Location"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Redirects_that_are_switched_off_stream()
    {
        await using var registry = await Fixture.StartAsync(
            _interception, new RegistryOptions { RedirectEnabled = false });
        await RequireStreamAsync(registry, Repository);
    }

    [SkippableFact]
    public async Task A_repository_may_be_streamed()
    {
        Assert.True(RepositoryPattern.TryParse(Repository + "/*", out var pattern));
        await using var registry = await Fixture.StartAsync(
            _interception, new RegistryOptions { StreamedRepositories = [pattern] });

        await RequireStreamAsync(registry, Repository + "/within");
        await RequireRedirectAsync(registry, Repository);
    }

    [SkippableTheory]
    [InlineData("127.0.0.0/8", "", "X-Forwarded-For: 9.9.9.9", true)]
    [InlineData("9.9.9.9/32", "", "X-Forwarded-For: 9.9.9.9", false)]
    [InlineData("9.9.9.9/32", "10.0.0.0/8", "X-Forwarded-For: 9.9.9.9", false)]
    [InlineData("9.9.9.9/32", "127.0.0.1/32", "X-Forwarded-For: 1.1.1.1, 9.9.9.9:4711", true)]
    [InlineData("9.9.9.9/32", "127.0.0.1/32", "X-Forwarded-For: 9.9.9.9, 1.1.1.1", false)]
    [InlineData("9.9.9.9/32", "127.0.0.1/32 1.1.1.0/24", "X-Forwarded-For: 9.9.9.9, 1.1.1.1", true)]
    [InlineData("9.9.9.9/32", "127.0.0.1/32 1.1.1.0/24", "X-Forwarded-For: 9.9.9.9, 8.8.8.8, 1.1.1.1", false)]
    [InlineData("9.9.9.9/32", "127.0.0.1/32 1.1.1.0/24", "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 1.1.1.1", true)]
    [InlineData("9.9.9.9/32", "127.0.0.1/32", "X-Forwarded-For: ::ffff:9.9.9.9", true)]
    [InlineData("2001:db8::/32", "127.0.0.1/32", "X-Forwarded-For: [2001:db8::1]:4711", true)]
    [InlineData("2001:db8::/32", "127.0.0.1/32", "X-Forwarded-For: unknown", false)]
    [InlineData("127.0.0.1/32", "127.0.0.1/32", "X-Forwarded-For: unknown", false)]
    [InlineData("9.9.9.9/32", "127.0.0.1/32", "X-Forwarded-For: 9.9.9.9, unknown", false)]
    [InlineData("127.0.0.1/32", "127.0.0.1/32", "X-Other: 1", true)]
    public async Task A_network_may_be_streamed(string network, string proxies, string header, bool streams)
    {
        await using var registry = await Fixture.StartAsync(
            _interception,
            new RegistryOptions
            {
                StreamedNetworks = [IPNetwork.Parse(network)],
                ProxyNetworks = [.. proxies.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPNetwork.Parse)],
            });

        await (streams
            ? RequireStreamAsync(registry, Repository, header)
            : RequireRedirectAsync(registry, Repository, header));
    }

    [SkippableTheory]
    [InlineData("bytes=0-1,5-6", 206)]
    [InlineData("bytes=-5", 206)]
    [InlineData("bytes=0-,0-", 200)]
    [InlineData("bytes=0-99999999999999999999999", 206)]
    [InlineData("pages=1", 200)]
    public async Task Ranges_that_not_every_store_knows_are_streamed(string range, int status)
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(100));
        await using var registry = await Fixture.StartAsync(_interception);

        var answer = await RawHttp.SendAsync(
            registry, "GET", $"/v2/{Repository}/blobs/{digest}", "Range: " + range);

        Assert.Equal(status, answer.Status);
        Assert.NotEmpty(answer.Body);
    }

    [SkippableFact]
    public async Task A_range_beyond_the_end_is_refused_here_with_an_error_of_the_spec()
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(100));
        await using var registry = await Fixture.StartAsync(_interception);

        AssertError(
            await RawHttp.SendAsync(registry, "GET", $"/v2/{Repository}/blobs/{digest}", "Range: bytes=100-"),
            416, "SIZE_INVALID");
    }

    [SkippableFact]
    public async Task An_unknown_blob_is_not_redirected_and_a_known_one_not_sent_again()
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(100));
        await using var registry = await Fixture.StartAsync(_interception);

        AssertError(
            await RawHttp.SendAsync(registry, "GET", $"/v2/{Repository}/blobs/{Client.Digest([1])}"), 404, "BLOB_UNKNOWN");
        var answer = await RawHttp.SendAsync(
            registry, "GET", $"/v2/{Repository}/blobs/{digest}", $"If-None-Match: \"{digest}\"");

        Assert.Equal(304, answer.Status);
        Assert.Null(answer.Header("Location"));
    }

    [SkippableFact]
    public async Task Manifests_are_never_redirected()
    {
        var manifest = ManifestTests.Pad(await Client.PrepareImageAsync(Repository), 100_000);
        await Client.PushManifestAsync(Repository, "large", manifest);
        await using var registry = await Fixture.StartAsync(_interception);

        var answer = await RawHttp.SendAsync(registry, "GET", $"/v2/{Repository}/manifests/large");

        Assert.Equal(200, answer.Status);
        Assert.Equal(manifest, answer.Body);
    }

    private async Task RequireStreamAsync(TestRegistry registry, string repository, string header = "X: y")
    {
        var content = Client.RandomBytes(100);
        var digest = await Client.PushBlobAsync(repository, content);

        var answer = await RawHttp.SendAsync(registry, "GET", $"/v2/{repository}/blobs/{digest}", header);

        Assert.Equal(200, answer.Status);
        Assert.Equal(content, answer.Body);
        Assert.Contains("immutable", answer.Header("Cache-Control"), StringComparison.Ordinal);
    }

    private async Task RequireRedirectAsync(TestRegistry registry, string repository, string header = "X: y")
    {
        var digest = await Client.PushBlobAsync(repository, Client.RandomBytes(100));

        var answer = await RawHttp.SendAsync(registry, "GET", $"/v2/{repository}/blobs/{digest}", header);

        Assert.Equal(307, answer.Status);
    }
}

public sealed class RedirectOverMemory(MemoryRegistry registry) : RedirectTests(registry), IClassFixture<MemoryRegistry>;

public sealed class RedirectOverFolder(FolderRegistry registry) : RedirectTests(registry), IClassFixture<FolderRegistry>;

public sealed class RedirectOverAzure(AzureRegistry registry) : RedirectTests(registry), IClassFixture<AzureRegistry>;

public sealed class RedirectOverS3(S3Registry registry) : RedirectTests(registry), IClassFixture<S3Registry>;

public sealed class RedirectOverOss(OssRegistry registry) : RedirectTests(registry), IClassFixture<OssRegistry>;
