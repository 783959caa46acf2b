namespace Berth.Tests.Protocol;

/// <summary>Bodies larger than what a host in front lets through: 413 with the remedy, and an upload that goes on.</summary>
public abstract class BodyLimitTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const int Limit = 1_000_000;

    private readonly RegistryOptions _options = new() { BodyLimit = new(Limit, "raise THE_LIMIT") };

    [SkippableTheory]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    [InlineData("PATCH", true)]
    [InlineData("PUT", false)]
    [InlineData("PUT", true)]
    public async Task A_layer_over_the_limit_is_refused_with_the_remedy_and_goes_on_in_smaller_chunks(
        string method, bool chunked)
    {
        await using var registry = await Fixture.StartAsync(_options);
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(Limit + 1);
        var uploads = $"/v2/{Repository}/blobs/uploads/";
        var location = await client.StartUploadAsync(Repository);
        var query = method == "PATCH" ? "" : $"?digest={Client.Digest(content)}";

        await using (var http = await RawHttp.ConnectAsync(registry))
        {
            await http.SendHeadAsync(
                method, (method == "POST" ? uploads : location) + query, "Content-Type: application/octet-stream",
                chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {content.Length}");
            if (chunked)
            {
                await http.SendAsync("f4241\r\n"u8.ToArray());
                await http.SendAsync(content);
                await http.SendAsync("\r\n0\r\n\r\n"u8.ToArray());
            }
            var answer = await http.ReadAsync();
            var detail = AssertError(answer, 413, "SIZE_INVALID");
            Assert.Contains("raise THE_LIMIT", answer.Text, StringComparison.Ordinal);
            Assert.Contains("1000000 bytes", (string?)detail, StringComparison.Ordinal);
        }

        (await AssertStatusAsync(202, client.SendAsync("PATCH", location, content[..Limit]))).Dispose();
        (await AssertStatusAsync(201, client.SendAsync(
            "PUT", $"{location}?digest={Client.Digest(content)}", content[Limit..]))).Dispose();
        await AssertBlobAsync(Repository, Client.Digest(content), content);
    }

    [SkippableFact]
    public async Task A_manifest_over_the_limit_is_refused_the_same_way()
    {
        await using var registry = await Fixture.StartAsync(_options);
        var answer = await RawHttp.SendAsync(
            registry, "PUT", $"/v2/{Repository}/manifests/latest", $"Content-Length: {Limit + 1}");
        AssertError(answer, 413, "SIZE_INVALID");
        Assert.Contains("raise THE_LIMIT", answer.Text, StringComparison.Ordinal);
    }
}

public sealed class BodyLimitOverMemory(MemoryRegistry registry) : BodyLimitTests(registry), IClassFixture<MemoryRegistry>;

public sealed class BodyLimitOverFolder(FolderRegistry registry) : BodyLimitTests(registry), IClassFixture<FolderRegistry>;

public sealed class BodyLimitOverAzure(AzureRegistry registry) : BodyLimitTests(registry), IClassFixture<AzureRegistry>;

public sealed class BodyLimitOverS3(S3Registry registry) : BodyLimitTests(registry), IClassFixture<S3Registry>;

public sealed class BodyLimitOverOss(OssRegistry registry) : BodyLimitTests(registry), IClassFixture<OssRegistry>;
