using Berth.Scrubbing;
using Berth.Storage;
using Berth.Stores;
using Berth.Tests.Protocol;

namespace Berth.Tests.Scrubbing;

/// <summary>A store is read through: what is damaged is found, answered as unknown, and made whole by who pushes it again.</summary>
public abstract class ScrubTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const string Other = "test/other";

    [SkippableFact]
    public async Task A_whole_store_is_read_and_nothing_of_it_is_marked()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        await client.PushManifestAsync(Repository, "v1", await client.PrepareImageAsync(Repository, layers: 3));
        await client.PushManifestAsync(
            Repository, "large", ManifestTests.Pad(await client.PrepareImageAsync(Repository, layers: 0), 70_000));

        var report = await ScrubAsync(registry);

        Assert.Equal((5, 2, 0), (report.Blobs, report.Manifests, report.Damaged));
        Assert.Empty(report.Findings);
        Assert.InRange(report.Bytes, 70_000 + 300, 80_000);
        Assert.Null(await registry.Storage.Records.GetAsync(RecordLayout.Scrub, default));
    }

    [SkippableTheory]
    [InlineData("flipped", 100, "other bytes")]
    [InlineData("flipped", 600_000, "other bytes")]
    [InlineData("truncated", 600_000, "too early")]
    [InlineData("lengthened", 600_000, "longer than")]
    [InlineData("missing", 100, "missing")]
    public async Task A_damaged_blob_is_unknown_until_somebody_pushes_it_again(string damage, int size, string problem)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(size);
        var digest = await client.PushBlobAsync(Repository, content);
        await client.PushBlobAsync(Other, content);
        var image = Client.Image(Client.Descriptor(Client.OciConfig, content), []);
        await client.PushManifestAsync(Repository, "v1", image);
        var old = await ObjectOfAsync(registry, digest);
        await DamageAsync(registry.Storage.Objects, old, damage);

        var report = await ScrubAsync(registry);

        var finding = Assert.Single(report.Findings);
        Assert.Equal(("blob", digest, true), (finding.Kind, finding.Digest, finding.IsQuarantined));
        Assert.Contains(problem, finding.Problem, StringComparison.Ordinal);
        Assert.Equal(new[] { Other, Repository }.Order(StringComparer.Ordinal), finding.Repositories);
        Assert.Equal(1, report.Damaged);
        foreach (var repository in new[] { Repository, Other })
        {
            await AssertErrorAsync(await client.SendAsync("GET", $"/v2/{repository}/blobs/{digest}"), 404, "BLOB_UNKNOWN");
            (await AssertStatusAsync(404, client.SendAsync("HEAD", $"/v2/{repository}/blobs/{digest}"))).Dispose();
        }
        foreach (var from in new[] { "", $"&from={Other}" })
        {
            (await AssertStatusAsync(202, client.SendAsync("POST", $"/v2/test/third/blobs/uploads/?mount={digest}{from}"))).Dispose();
        }
        await AssertErrorAsync(await client.PutManifestAsync(Other, "v1", image), 404, "MANIFEST_BLOB_UNKNOWN");

        await client.PushBlobAsync(Repository, content);

        foreach (var repository in new[] { Repository, Other })
        {
            using var pulled = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{repository}/blobs/{digest}"));
            Assert.Equal(content, await pulled.Content.ReadAsByteArrayAsync());
        }
        Assert.NotEqual(old, await ObjectOfAsync(registry, digest));
        Assert.Null(await registry.Storage.Objects.StatAsync(old, default));
        (await AssertStatusAsync(201, client.PutManifestAsync(Other, "v1", image))).Dispose();
        Assert.Equal(0, (await ScrubAsync(registry)).Damaged);
    }

    [SkippableFact]
    public async Task A_blob_in_parts_is_read_whole()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(9 * 1024 * 1024);
        var digest = await client.PushBlobAsync(Repository, content);

        Assert.Equal(0, (await ScrubAsync(registry)).Damaged);
        await DamageAsync(registry.Storage.Objects, await ObjectOfAsync(registry, digest), "flipped");
        Assert.Equal(1, (await ScrubAsync(registry)).Damaged);
    }

    [SkippableFact]
    public async Task A_dry_run_tells_and_marks_nothing()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var digest = await client.PushBlobAsync(Repository, Client.RandomBytes(100));
        await DamageAsync(registry.Storage.Objects, await ObjectOfAsync(registry, digest), "flipped");

        var report = await ScrubAsync(registry, new() { DryRun = true });

        Assert.False(Assert.Single(report.Findings).IsQuarantined);
        (await AssertStatusAsync(200, client.SendAsync("HEAD", $"/v2/{Repository}/blobs/{digest}"))).Dispose();
    }

    [SkippableFact]
    public async Task What_was_put_back_from_a_backup_is_served_again()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(1000);
        var digest = await client.PushBlobAsync(Repository, content);
        var key = await ObjectOfAsync(registry, digest);
        await DamageAsync(registry.Storage.Objects, key, "missing");
        await ScrubAsync(registry);
        await registry.Storage.Objects.PutAsync(key, new(content), default);

        var report = await ScrubAsync(registry);

        Assert.Equal((0, 2), (report.Damaged, report.Restored)); // the blob's mark and its repository's
        using var pulled = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}"));
        Assert.Equal(content, await pulled.Content.ReadAsByteArrayAsync());
    }

    [SkippableFact]
    public async Task A_repository_that_a_repair_did_not_reach_is_linked_by_the_next_run()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(1000);
        var digest = await client.PushBlobAsync(Repository, content);
        Assert.True(Berth.Content.Digest.TryParse(digest, out var parsed));
        Assert.True(Berth.Content.RepositoryName.TryParse(Other, out var other));
        await registry.Storage.Records.PutAsync(
            RecordLayout.BlobLink(parsed, other),
            BerthJson.Write(
                new StoredBlob("objects/00/gone", 1000) { Damaged = DateTimeOffset.UnixEpoch }, BerthJson.Instance.StoredBlob),
            default);

        Assert.Equal(0, (await ScrubAsync(registry)).Damaged);

        using var pulled = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Other}/blobs/{digest}"));
        Assert.Equal(content, await pulled.Content.ReadAsByteArrayAsync());
    }

    [SkippableTheory]
    [InlineData("flipped")]
    [InlineData("missing")]
    public async Task A_damaged_manifest_is_reported_and_a_push_puts_it_right(string damage)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var manifest = ManifestTests.Pad(await client.PrepareImageAsync(Repository, layers: 0), 70_000);
        var digest = await client.PushManifestAsync(Repository, "v1", manifest);
        var page = await registry.Storage.Objects.ListAsync(RecordLayout.ManifestObjects, null, 10, default);
        await DamageAsync(registry.Storage.Objects, Assert.Single(page.Items), damage);

        var finding = Assert.Single((await ScrubAsync(registry)).Findings);
        Assert.Equal(("manifest", digest), (finding.Kind, finding.Digest));
        Assert.Equal([Repository], finding.Repositories);
        await client.PushManifestAsync(Repository, "v1", manifest);

        using var pulled = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Repository}/manifests/v1"));
        Assert.Equal(manifest, await pulled.Content.ReadAsByteArrayAsync());
        Assert.Equal(0, (await ScrubAsync(registry)).Damaged);
    }

    private protected static Task<ScrubReport> ScrubAsync(TestRegistry registry, ScrubOptions? options = null) =>
        Scrub.RunAsync(registry.Storage, options ?? new(), _ => { }, TimeProvider.System, CancellationToken.None);

    private protected static async Task<string> ObjectOfAsync(TestRegistry registry, string digest)
    {
        Assert.True(Berth.Content.Digest.TryParse(digest, out var parsed));
        var record = await registry.Storage.Records.GetAsync(RecordLayout.Blob(parsed), default);
        return BerthJson.Read(record!.Value.Span, BerthJson.Instance.StoredBlob).Object;
    }

    private protected static async Task DamageAsync(IObjectStore objects, string key, string damage)
    {
        var content = (await objects.ReadWholeAsync(key, default))!.Value.ToArray();
        await objects.DeleteAsync(key, default);
        if (damage == "missing")
        {
            return;
        }
        content[^1] ^= 0x10;
        content = damage switch
        {
            "flipped" => content,
            "truncated" => content[..^1],
            _ => [.. content, 0],
        };
        await objects.PutAsync(key, new(content), default);
    }
}

public sealed class ScrubOverMemory(MemoryRegistry registry) : ScrubTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ScrubOverFolder(FolderRegistry registry) : ScrubTests(registry), IClassFixture<FolderRegistry>;

public sealed class ScrubOverAzure(AzureRegistry registry) : ScrubTests(registry), IClassFixture<AzureRegistry>;

public sealed class ScrubOverS3(S3Registry registry) : ScrubTests(registry), IClassFixture<S3Registry>;

public sealed class ScrubOverOss(OssRegistry registry) : ScrubTests(registry), IClassFixture<OssRegistry>;
