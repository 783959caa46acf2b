using Berth.Hosting;
using Berth.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Berth.Tests.Protocol;

/// <summary>Headers that every answer has, and how long a host waits for a request.</summary>
public sealed class AnswerHeaderTests
{
    [Theory]
    [InlineData("https://registry.example.com", true)]
    [InlineData("http://registry.example.com", false)]
    [InlineData(null, false)]
    public async Task Browsers_are_told_to_use_TLS_alone_where_clients_reach_the_registry_by_it(string? publicUrl, bool isTold)
    {
        await using var registry = await StartAsync(publicUrl);

        foreach (var path in new[] { "/v2/", "/nowhere", "/healthz" })
        {
            using var response = await registry.Client.GetAsync(path);
            Assert.Equal(isTold, response.Headers.TryGetValues("Strict-Transport-Security", out var values));
            Assert.Equal(isTold ? ["max-age=31536000"] : [], values ?? []);
            Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        }
    }

    [Theory]
    [InlineData("/token", true)]
    [InlineData("/api/v1/projects", true)]
    [InlineData("/api/v1/nothing", true)]
    [InlineData("/tokens", false)]
    [InlineData("/v2/", false)]
    public async Task Tokens_and_what_the_API_tells_are_kept_by_nobody(string path, bool isSecret)
    {
        await using var registry = await StartAsync(publicUrl: null);

        using var response = await registry.Client.GetAsync(path);

        Assert.Equal(isSecret, response.Headers.CacheControl?.NoStore == true);
    }

    [Fact]
    public async Task A_blob_is_bytes_whatever_it_holds()
    {
        await using var registry = await StartAsync(publicUrl: null);
        var client = new Client(registry.Client);
        var digest = await client.PushBlobAsync("a/b", "<html><script>alert(1)</script>"u8.ToArray());

        using var response = await client.SendAsync("GET", $"/v2/a/b/blobs/{digest}");

        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
    }

    [Fact]
    public void Hosts_wait_for_slow_clients_but_not_for_ever()
    {
        var kestrel = new KestrelServerOptions();

        ConnectionLimits.Apply(kestrel);

        Assert.InRange(kestrel.Limits.RequestHeadersTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.InRange(kestrel.Limits.MinRequestBodyDataRate!.BytesPerSecond, 1, 1000);
        Assert.InRange(kestrel.Limits.MinResponseDataRate!.BytesPerSecond, 1, 1000);
        Assert.Null(kestrel.Limits.MaxRequestBodySize);
        Assert.False(kestrel.AddServerHeader);
    }

    private static Task<TestRegistry> StartAsync(string? publicUrl) => TestRegistry.StartAsync(
        RegistryStorage.Over(new MemoryObjects(), new MemoryRecords()),
        new() { Auth = new() { PublicUrl = publicUrl is null ? null : new(publicUrl) } });
}
