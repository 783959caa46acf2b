using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Protocol;

/// <summary>What is stored is not what was pushed: no client ever gets a complete 200 of it.</summary>
public abstract class DamageTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const int Buffer = 256 * 1024;

    /// <summary>Sizes about the buffer through which blobs are sent, and damages.</summary>
    public static TheoryData<int, string> Damages
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var size in new[] { 16, Buffer, Buffer + 1, 3 * Buffer + 7 })
            {
                foreach (var damage in new[] { "first", "middle", "last", "shorter", "longer", "much longer", "empty" })
                {
                    data.Add(size, damage);
                }
            }
            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Damages))]
    public async Task A_blob_whose_object_is_damaged_never_arrives_whole(int size, string damage)
    {
        foreach (var algorithm in new[] { "sha256", "sha512" })
        {
            var content = Client.RandomBytes(size);
            var digest = await Client.PushBlobAsync(Repository, content, algorithm);
            await DamageAsync((await FindBlobAsync(Repository, digest))!.Object, damage);

            var answer = await RawHttp.SendAsync(Fixture.Registry, "GET", $"/v2/{Repository}/blobs/{digest}");

            await AssertUselessAsync(answer, content);
        }
    }

    [SkippableTheory]
    [InlineData(1000, "last")]
    [InlineData(3 * Buffer, "first")]
    [InlineData(3 * Buffer, "last")]
    [InlineData(3 * Buffer, "shorter")]
    [InlineData(3 * Buffer, "longer")]
    public async Task Nor_does_it_over_HTTP_2(int size, string damage)
    {
        await using var registry = await Fixture.StartHttp2Async();
        var (content, intact) = (Client.RandomBytes(size), Client.RandomBytes(size));
        var digest = await Client.PushBlobAsync(Repository, content);
        await Client.PushBlobAsync(Repository, intact);
        await DamageAsync((await FindBlobAsync(Repository, digest))!.Object, damage);

        using (var good = await registry.Client.GetAsync($"/v2/{Repository}/blobs/{Client.Digest(intact)}"))
        {
            Assert.Equal(HttpVersion.Version20, good.Version);
            Assert.Equal(intact, await good.Content.ReadAsByteArrayAsync());
        }
        using var response = await registry.Client.GetAsync(
            $"/v2/{Repository}/blobs/{digest}", HttpCompletionOption.ResponseHeadersRead);
        if (size < Buffer)
        {
            await AssertErrorAsync(response, 500, "UNKNOWN");
            return;
        }
        Assert.Equal(size, response.Content.Headers.ContentLength);
        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsByteArrayAsync());
    }

    [SkippableTheory]
    [InlineData("first")]
    [InlineData("last")]
    [InlineData("shorter")]
    [InlineData("longer")]
    [InlineData("empty")]
    public async Task A_large_manifest_whose_object_is_damaged_is_an_error_and_nothing_of_it_is_sent(string damage)
    {
        var manifest = ManifestTests.Pad(await Client.PrepareImageAsync(Repository), 100_000);
        var before = await ListObjectsAsync();
        var digest = await Client.PushManifestAsync(Repository, "large", manifest);
        await DamageAsync(Assert.Single(await ListObjectsAsync(), key => !before.Contains(key)), damage);

        foreach (var reference in new[] { "large", digest })
        {
            await AssertErrorAsync(await Client.SendAsync("GET", $"/v2/{Repository}/manifests/{reference}"), 500, "UNKNOWN");
            (await AssertStatusAsync(200, Client.SendAsync("HEAD", $"/v2/{Repository}/manifests/{reference}"))).Dispose();
        }
        using var unchanged = await AssertStatusAsync(
            304,
            Client.SendAsync("GET", $"/v2/{Repository}/manifests/{digest}", (byte[]?)null, ("If-None-Match", $"\"{digest}\"")));
    }

    private async Task<IReadOnlyList<string>> ListObjectsAsync()
    {
        var keys = new List<string>();
        foreach (var prefix in new[] { "objects/", "manifests/" })
        {
            string? after = null;
            bool more;
            do
            {
                var page = await Fixture.Objects.ListAsync(prefix, after, 1000, default);
                keys.AddRange(page.Items);
                after = page.Items.Count == 0 ? null : page.Items[^1];
                more = page.More;
            }
            while (more);
        }
        return keys;
    }

    private async Task DamageAsync(string key, string damage)
    {
        var content = (await Berth.Storage.WholeObject.ReadWholeAsync(Fixture.Objects, key, default))!.Value.ToArray();
        content = damage switch
        {
            "first" => Flip(content, 0),
            "middle" => Flip(content, content.Length / 2),
            "last" => Flip(content, content.Length - 1),
            "shorter" => content[..^1],
            "longer" => [.. content, 0],
            "much longer" => [.. content, .. Client.RandomBytes(2 * Buffer)],
            "empty" => [],
            _ => throw new ArgumentOutOfRangeException(nameof(damage)),
        };
        await Fixture.Objects.DeleteAsync(key, default);
        await Fixture.Objects.PutAsync(key, new(content), default);
    }

    private static byte[] Flip(byte[] content, int index)
    {
        content[index] ^= 0x10;
        return content;
    }

    /// <summary>An error, or an answer that breaks off; and the log says why.</summary>
    private async Task AssertUselessAsync(RawAnswer answer, byte[] content)
    {
        if (answer.Status == 200)
        {
            Assert.Equal(content.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), answer.Header("Content-Length"));
            Assert.True(answer.Body.Length < content.Length, $"{answer.Body.Length} of {content.Length} bytes");
        }
        else
        {
            Assert.Equal("UNKNOWN", (string?)JsonNode.Parse(AssertErrorText(answer))!["errors"]![0]!["code"]);
        }
        var lines = await Fixture.Registry.Log.WaitAsync(1, line => line.Level == LogLevel.Error);
        Assert.All(lines, line => Assert.NotNull(line.Exception));
    }

    private static string AssertErrorText(RawAnswer answer)
    {
        Assert.Equal(500, answer.Status);
        Assert.Null(answer.Header("Docker-Content-Digest"));
        Assert.Null(answer.Header("ETag"));
        Assert.True(answer.IsWhole);
        return answer.Text;
    }
}

public sealed class DamageOverMemory(MemoryRegistry registry) : DamageTests(registry), IClassFixture<MemoryRegistry>;

public sealed class DamageOverFolder(FolderRegistry registry) : DamageTests(registry), IClassFixture<FolderRegistry>;

public sealed class DamageOverAzure(AzureRegistry registry) : DamageTests(registry), IClassFixture<AzureRegistry>;

public sealed class DamageOverS3(S3Registry registry) : DamageTests(registry), IClassFixture<S3Registry>;

public sealed class DamageOverOss(OssRegistry registry) : DamageTests(registry), IClassFixture<OssRegistry>;
