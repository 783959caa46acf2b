using System.Buffers;
using System.Text.Json.Nodes;
using Berth.Collection;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;
using Berth.Tests.Auth;
using Berth.Tests.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Tests.Collection;

/// <summary>What is collected, when, and what never is, on every kind of store.</summary>
public abstract partial class CollectionTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const int Grace = 25; // hours

    [SkippableFact]
    public async Task What_a_deleted_image_held_is_served_for_the_grace_and_then_deleted()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var digest = await client.PushManifestAsync(Repository, "latest", await client.PrepareImageAsync(Repository, layers: 2));
        var blobs = await BlobsOfAsync(client, digest);
        (await AssertStatusAsync(202, client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{digest}"))).Dispose();

        Assert.Equal(3, (await CollectAsync(registry, 0)).LinksCondemned);
        Assert.Equal(0, (await CollectAsync(registry, Grace - 1)).LinksDeleted);
        await AssertServedAsync(client, blobs);

        var unlinked = await CollectAsync(registry, Grace + 1);
        Assert.Equal((3, 3, 0), (unlinked.LinksDeleted, unlinked.BlobsCondemned, unlinked.BlobsDeleted));
        foreach (var blob in blobs)
        {
            await AssertErrorAsync(await client.SendAsync("GET", $"/v2/{Repository}/blobs/{blob}"), 404, "BLOB_UNKNOWN");
        }
        Assert.Equal(0, (await CollectAsync(registry, (2 * Grace) - 1)).BlobsDeleted);
        var deleted = await CollectAsync(registry, (2 * Grace) + 2);
        Assert.Equal(3, deleted.BlobsDeleted);
        Assert.InRange(deleted.BytesFreed, 200, 1000);

        Assert.Empty(await ListObjectsAsync(registry.Storage));
        Assert.Equal(0, (await CollectAsync(registry, 3 * Grace)).BlobsDeleted);
        foreach (var root in new[] { "blobs", "uploads", "manifests", "tags" })
        {
            Assert.Empty((await registry.Storage.Records.ListTreeAsync(root, null, 100, default)).Items);
        }
    }

    [SkippableFact]
    public async Task What_another_manifest_names_stays_for_good()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var shared = Client.RandomBytes(1000);
        await client.PushBlobAsync(Repository, shared);
        var config = "{}"u8.ToArray();
        await client.PushBlobAsync(Repository, config);
        var (one, other) = (ImageOf(config, shared, "one"), ImageOf(config, shared, "other"));
        await client.PushManifestAsync(Repository, "one", one);
        var kept = await client.PushManifestAsync(Repository, "other", other);
        (await AssertStatusAsync(202, client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{Client.Digest(one)}"))).Dispose();

        for (var hours = 0; hours <= 4 * Grace; hours += Grace)
        {
            var report = await CollectAsync(registry, hours);
            Assert.Equal((0, 0), (report.LinksCondemned, report.BlobsCondemned));
        }

        await AssertServedAsync(client, await BlobsOfAsync(client, kept));
        Assert.Equal(2, (await ListObjectsAsync(registry.Storage)).Count);
    }

    [SkippableTheory]
    [InlineData("HEAD")]
    [InlineData("push again")]
    [InlineData("manifest")]
    [InlineData("mount")]
    public async Task Who_needs_what_is_condemned_keeps_it(string need)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var (config, layer) = ("{}"u8.ToArray(), Client.RandomBytes(1000));
        await client.PushBlobAsync(Repository, config);
        var digest = await client.PushBlobAsync(Repository, layer);
        Assert.Equal(2, (await CollectAsync(registry, 0)).LinksCondemned);
        var place = Repository;
        switch (need)
        {
            case "HEAD":
                (await AssertStatusAsync(200, client.SendAsync("HEAD", $"/v2/{Repository}/blobs/{digest}"))).Dispose();
                break;
            case "push again":
                await client.PushBlobAsync(Repository, layer);
                break;
            case "mount":
                place = Client.NewRepository();
                (await AssertStatusAsync(201, client.SendAsync(
                    "POST", $"/v2/{place}/blobs/uploads/?mount={digest}&from={Repository}"))).Dispose();
                break;
            default:
                await client.PushManifestAsync(Repository, "latest", ImageOf(config, layer, "x"));
                break;
        }

        await CollectAsync(registry, Grace + 1);
        await CollectAsync(registry, Grace + 2);

        (await AssertStatusAsync(200, client.SendAsync("HEAD", $"/v2/{place}/blobs/{digest}"))).Dispose();
        using var blob = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{place}/blobs/{digest}"));
        Assert.Equal(layer, await blob.Content.ReadAsByteArrayAsync());
    }

    [SkippableFact]
    public async Task A_blob_that_no_repository_holds_is_taken_by_the_next_push_of_it()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(1000);
        var digest = await client.PushBlobAsync(Repository, content);
        (await AssertStatusAsync(202, client.SendAsync("DELETE", $"/v2/{Repository}/blobs/{digest}"))).Dispose();
        Assert.Equal(1, (await CollectAsync(registry, 0)).BlobsCondemned);

        await client.PushBlobAsync(Repository, content);

        Assert.Equal(0, (await CollectAsync(registry, Grace + 1)).BlobsDeleted);
        await AssertServedAsync(client, [digest]);
    }

    /// <summary>Whoever mounts it reads the link alone: the blob's own grace must not have begun before that was gone.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_grace_of_a_blob_begins_when_its_last_link_is_gone_and_not_before(bool isByClient)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var digest = await client.PushBlobAsync(Repository, Client.RandomBytes(1000));
        Assert.True(RepositoryName.TryParse(Repository, out var name));
        Assert.True(Digest.TryParse(digest, out var parsed));
        // As a collection and a push of the same blob can leave it that cross each other.
        await CondemnAsync(RecordLayout.Blob(parsed));
        if (isByClient)
        {
            (await AssertStatusAsync(202, client.SendAsync("DELETE", $"/v2/{Repository}/blobs/{digest}"))).Dispose();
        }
        else
        {
            await CondemnAsync(RecordLayout.BlobLink(parsed, name));
        }

        var report = await CollectAsync(registry, 0);

        Assert.Equal((isByClient ? 0 : 1, 1, 0), (report.LinksDeleted, report.BlobsCondemned, report.BlobsDeleted));

        async Task CondemnAsync(RecordKey key)
        {
            var record = await registry.Storage.Records.GetAsync(key, default);
            var blob = BerthJson.Read(record!.Value.Span, BerthJson.Instance.StoredBlob);
            await registry.Storage.Records.PutAsync(
                key, BerthJson.Write(blob with { Condemned = At(-10 * Grace).Now }, BerthJson.Instance.StoredBlob), default);
        }
    }

    [SkippableTheory]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(20_000_000)]
    public async Task An_upload_that_nobody_resumes_ends_and_leaves_nothing(int patched)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var location = await client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, client.SendAsync("PATCH", location, Client.RandomBytes(patched)))).Dispose();

        Assert.Equal(0, (await CollectAsync(registry, (7 * 24) - 1)).UploadsExpired);
        (await AssertStatusAsync(204, client.SendAsync("GET", location))).Dispose();
        Assert.Equal(1, (await CollectAsync(registry, (7 * 24) + 1)).UploadsExpired);

        await AssertErrorAsync(await client.SendAsync("GET", location), 404, "BLOB_UPLOAD_UNKNOWN");
        Assert.Empty(await ListObjectsAsync(registry.Storage));
        Assert.Empty((await registry.Storage.Objects.ListUploadsAsync(null, 10, default)).Items);
        Assert.Equal(1, (await CollectAsync(registry, (7 * 24) + Grace + 2)).UploadsCleared);
        Assert.Empty((await registry.Storage.Records.ListTreeAsync("uploads", null, 10, default)).Items);
    }

    [SkippableFact]
    public async Task What_a_killed_process_left_of_an_upload_is_deleted_with_its_session()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var location = await client.StartUploadAsync(Repository);
        var content = Client.RandomBytes(100_000);
        (await AssertStatusAsync(202, client.SendAsync("PATCH", location, content))).Dispose();
        Assert.True(UploadId.TryParse(location.Split('/')[^1], out var id));
        var objects = registry.Storage.Objects;
        // A PATCH that stored its bytes and was killed before it saved the session; and one that had begun parts.
        await objects.PutAsync(RecordLayout.NewObject(id), new ReadOnlySequence<byte>(content), default);
        await objects.PutAsync(RecordLayout.NewTail(id), new ReadOnlySequence<byte>(content), default);
        var parts = RecordLayout.NewObject(id);
        var begun = await objects.BeginUploadAsync(parts, default);
        await objects.UploadPartAsync(parts, begun, new(1, 0, "a"), new(new byte[objects.MinimumPartSize]), default);
        var digest = Client.Digest(content);
        (await AssertStatusAsync(201, client.SendAsync("PUT", $"{location}?digest={digest}"))).Dispose();

        Assert.Equal(0, (await CollectAsync(registry, Grace - 1)).OrphansDeleted);
        Assert.Equal(2, (await CollectAsync(registry, Grace + 1)).OrphansDeleted);
        await CollectAsync(registry, Grace + 2);

        Assert.Empty((await objects.ListUploadsAsync(null, 10, default)).Items);
        Assert.Single(await ListObjectsAsync(registry.Storage));
        (await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}"))).Dispose();
    }

    [SkippableFact]
    public async Task A_dry_run_tells_what_a_collection_would_do_and_does_nothing()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        await client.PrepareImageAsync(Repository, layers: 2);
        await client.StartUploadAsync(Repository);
        for (var hours = 0; hours <= 9 * Grace; hours += Grace)
        {
            var first = Numbers(await CollectAsync(registry, hours, isDry: true));
            Assert.Equal(first, Numbers(await CollectAsync(registry, hours, isDry: true)));
            var done = await CollectAsync(registry, hours);
            Assert.Equal(done.UploadsExpired, first.UploadsExpired);
            Assert.Equal(done.LinksDeleted, first.LinksDeleted);
            Assert.Equal(done.BlobsDeleted, first.BlobsDeleted);
            Assert.Equal(done.BytesFreed, first.BytesFreed);
        }

        Assert.Empty(await ListObjectsAsync(registry.Storage));

        static (long UploadsExpired, long LinksCondemned, long LinksDeleted, long BlobsDeleted, long BytesFreed) Numbers(
            CollectionReport report) =>
            (report.UploadsExpired, report.LinksCondemned, report.LinksDeleted, report.BlobsDeleted, report.BytesFreed);
    }

    [SkippableFact]
    public async Task Slices_and_several_workers_do_together_what_one_does_at_once()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        for (var i = 0; i < 5; i++)
        {
            var repository = Client.NewRepository();
            await client.PushManifestAsync(repository, "kept", await client.PrepareImageAsync(repository));
            await client.PushBlobAsync(repository, Client.RandomBytes(500 + i));
        }

        long condemned = 0;
        // Two rounds more than one worker needs: one may look at the blobs before the other has taken out the links.
        for (var round = 0; round < 5; round++)
        {
            var hours = round * (Grace + 1);
            var time = At(hours);
            var due = time.Now;
            await using var one = Create(registry, time);
            await using var other = Create(registry, time);
            var rounds = 0;
            for (var isComplete = false; !isComplete; rounds++)
            {
                Assert.InRange(rounds, 0, 10_000);
                var reports = await Task.WhenAll(
                    one.RunAsync(due, TimeSpan.Zero, default), other.RunAsync(due, TimeSpan.FromMilliseconds(1), default));
                isComplete = reports[0].IsComplete && reports[1].IsComplete;
                condemned += reports.Sum(report => report.LinksCondemned);
                time.Pass(TimeSpan.FromMilliseconds(1));
            }
        }

        Assert.Equal(5, condemned);
        Assert.Equal(10, (await ListObjectsAsync(registry.Storage)).Count);
    }

    [SkippableFact]
    public async Task Where_a_manifest_cannot_be_read_nothing_is_taken_out_of_its_repository()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var digest = await client.PushManifestAsync(Repository, "latest", await client.PrepareImageAsync(Repository));
        var blobs = await BlobsOfAsync(client, digest);
        Assert.True(RepositoryName.TryParse(Repository, out var name));
        Assert.True(Digest.TryParse(digest, out var parsed));
        var key = RecordLayout.Manifest(name, parsed);
        var record = await registry.Storage.Records.GetAsync(key, default);
        var header = record!.Value.Span[..(record.Value.Span.IndexOf((byte)'\n') + 1)].ToArray();
        await registry.Storage.Records.PutAsync(key, (byte[])[.. header, .. "{"u8], default);

        var report = await CollectAsync(registry, 0);

        Assert.Equal((1, 0), (report.RepositoriesLeftOut, report.LinksCondemned));
        await AssertServedAsync(client, blobs);
    }

    [SkippableFact]
    public async Task Records_that_cannot_be_read_stay_and_the_rest_is_collected()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var (bad, good) = (await client.PushBlobAsync(Repository, [1]), await client.PushBlobAsync(Repository, [2]));
        var kept = Client.NewRepository();
        var manifest = await client.PushManifestAsync(kept, "latest", await client.PrepareImageAsync(kept));
        Assert.True(RepositoryName.TryParse(Repository, out var name));
        Assert.True(RepositoryName.TryParse(kept, out var keptName));
        Assert.True(Digest.TryParse(bad, out var digest));
        Assert.True(Digest.TryParse(manifest, out var manifestDigest));
        foreach (var key in new[]
                 {
                     RecordLayout.BlobLink(digest, name), RecordLayout.Upload(UploadId.New()),
                     RecordLayout.Manifest(keptName, manifestDigest),
                 })
        {
            await registry.Storage.Records.PutAsync(key, "no record"u8.ToArray(), default);
        }

        var report = await CollectAsync(registry, 0);
        Assert.Equal((2, 1, 1), (report.RecordsUnreadable, report.RepositoriesLeftOut, report.LinksCondemned));
        await CollectAsync(registry, Grace + 1);
        report = await CollectAsync(registry, (2 * Grace) + 2);

        Assert.Equal(1, report.BlobsDeleted);
        await AssertErrorAsync(await client.SendAsync("GET", $"/v2/{Repository}/blobs/{good}"), 404, "BLOB_UNKNOWN");
        Assert.Equal(3, (await ListObjectsAsync(registry.Storage)).Count);
    }

    [SkippableFact]
    public async Task A_large_manifest_that_no_record_names_is_deleted_and_one_that_is_named_stays()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var image = await client.PrepareImageAsync(
            Repository, extra: new JsonObject { ["annotations"] = new JsonObject { ["x"] = new string('y', 70_000) } });
        var digest = await client.PushManifestAsync(Repository, "latest", image);
        Assert.True(RepositoryName.TryParse(Repository, out var name));
        Assert.True(Digest.TryParse(digest, out var parsed));
        var stray = RecordLayout.NewManifestObject(name, parsed, TimeProvider.System.GetUtcNow());
        await registry.Storage.Objects.PutAsync(stray, new ReadOnlySequence<byte>(image), default);

        Assert.Equal(0, (await CollectAsync(registry, Grace - 1)).OrphansDeleted);
        Assert.Equal(1, (await CollectAsync(registry, Grace + 1)).OrphansDeleted);

        using var answer = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Repository}/manifests/latest"));
        Assert.Equal(image, await answer.Content.ReadAsByteArrayAsync());
    }

    private static SetTime At(int hours) => new() { Now = TimeProvider.System.GetUtcNow().AddHours(hours) };

    private static Collector Create(
        TestRegistry registry, TimeProvider time, bool isDry = false, CollectionOptions? options = null) =>
        new(registry.Storage, options ?? new() { CallsPerSecond = 0 }, isDry, time, NullLogger<Collector>.Instance);

    private static async Task<CollectionReport> CollectAsync(
        TestRegistry registry, int hours, bool isDry = false, CollectionOptions? options = null)
    {
        var time = At(hours);
        await using var collector = Create(registry, time, isDry, options);
        var report = await collector.RunAsync(DateTimeOffset.MaxValue, TimeSpan.FromHours(1), default);
        Assert.True(report.IsComplete);
        Assert.InRange(report.StorageCalls, 1, 10_000);
        return report;
    }

    private static byte[] ImageOf(byte[] config, byte[] layer, string id) => Client.Image(
        Client.Descriptor(Client.OciConfig, config), [Client.Descriptor(Client.OciLayer, layer)],
        new JsonObject { ["annotations"] = new JsonObject { ["id"] = id } });

    /// <summary>The blobs that an image of the test's repository names.</summary>
    private async Task<IReadOnlyList<string>> BlobsOfAsync(Client client, string digest)
    {
        using var answer = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Repository}/manifests/{digest}"));
        var manifest = await ReadJsonAsync(answer);
        return
        [
            (string)manifest["config"]!["digest"]!,
            .. manifest["layers"]!.AsArray().Select(layer => (string)layer!["digest"]!),
        ];
    }

    private async Task AssertServedAsync(Client client, IReadOnlyList<string> blobs)
    {
        foreach (var blob in blobs)
        {
            using var answer = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Repository}/blobs/{blob}"));
            Assert.Equal(blob, Client.Digest(await answer.Content.ReadAsByteArrayAsync()));
        }
    }
}

public sealed class CollectionOverMemory(MemoryRegistry registry) : CollectionTests(registry), IClassFixture<MemoryRegistry>;

public sealed class CollectionOverFolder(FolderRegistry registry) : CollectionTests(registry), IClassFixture<FolderRegistry>;

public sealed class CollectionOverAzure(AzureRegistry registry) : CollectionTests(registry), IClassFixture<AzureRegistry>;

public sealed class CollectionOverS3(S3Registry registry) : CollectionTests(registry), IClassFixture<S3Registry>;

public sealed class CollectionOverOss(OssRegistry registry) : CollectionTests(registry), IClassFixture<OssRegistry>;
