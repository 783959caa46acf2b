using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Collection;
using Berth.Tests.Protocol;

namespace Berth.Tests.Collection;

/// <summary>Manifests that expire where that is the policy.</summary>
public abstract partial class CollectionTests
{
    [SkippableFact]
    public async Task Untagged_manifests_go_only_where_that_is_the_policy()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var (child, old) = (await client.PrepareImageAsync(Repository), await client.PrepareImageAsync(Repository));
        await client.PushManifestAsync(Repository, Client.Digest(child), child);
        await client.PushManifestAsync(Repository, Client.Digest(old), old);
        var index = IndexOf(child);
        await client.PushManifestAsync(Repository, "latest", index, Client.OciIndex);
        var referrer = await client.PrepareImageAsync(
            Repository, extra: new JsonObject { ["subject"] = Client.Descriptor(Client.OciIndex, index) });
        await client.PushManifestAsync(Repository, Client.Digest(referrer), referrer);
        var keep = await CollectAsync(registry, 10 * Grace);
        Assert.Equal((0, 0), (keep.ManifestsCondemned, keep.ManifestsDeleted));

        var policy = new CollectionOptions { UntaggedAge = TimeSpan.FromDays(3), CallsPerSecond = 0 };
        Assert.Equal(1, (await CollectAsync(registry, 0, options: policy)).ManifestsCondemned);
        Assert.Equal(0, (await CollectAsync(registry, 71, options: policy)).ManifestsDeleted);
        Assert.Equal(1, (await CollectAsync(registry, 73, options: policy)).ManifestsDeleted);

        await AssertErrorAsync(
            await client.SendAsync("GET", $"/v2/{Repository}/manifests/{Client.Digest(old)}"), 404, "MANIFEST_UNKNOWN");
        foreach (var kept in new[] { child, index, referrer })
        {
            (await AssertStatusAsync(
                200, client.SendAsync("GET", $"/v2/{Repository}/manifests/{Client.Digest(kept)}"))).Dispose();
        }
    }

    [SkippableFact]
    public async Task A_manifest_that_is_tagged_again_stays_where_untagged_ones_go()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var image = await client.PrepareImageAsync(Repository);
        await client.PushManifestAsync(Repository, Client.Digest(image), image);
        var policy = new CollectionOptions { UntaggedAge = TimeSpan.FromDays(3), CallsPerSecond = 0 };
        Assert.Equal(1, (await CollectAsync(registry, 0, options: policy)).ManifestsCondemned);

        await client.PushManifestAsync(Repository, "latest", image);
        Assert.Equal(0, (await CollectAsync(registry, 1000, options: policy)).ManifestsDeleted);

        (await AssertStatusAsync(202, client.SendAsync("DELETE", $"/v2/{Repository}/manifests/latest"))).Dispose();
        Assert.Equal(1, (await CollectAsync(registry, 1000, options: policy)).ManifestsCondemned);
        (await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Repository}/manifests/{Client.Digest(image)}"))).Dispose();
    }

    private static byte[] IndexOf(byte[] image) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Client.OciIndex,
        ["manifests"] = new JsonArray(Client.Descriptor(Client.OciManifest, image)),
    });
}
