using System.Text;
using System.Text.Json.Nodes;

namespace Berth.Tests.Protocol;

/// <summary>end-7: what is no manifest, or names what is not there, is refused and changes nothing.</summary>
public abstract class ManifestRefusalTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const string Digest = "sha256:0000000000000000000000000000000000000000000000000000000000000001";
    private const string Descriptor = $$"""{"mediaType":"a/b","digest":"{{Digest}}","size":1}""";
    private const string Schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    /// <summary>Content-Type, manifest, and a word of the detail that helps.</summary>
    public static TheoryData<string, string, string> Malformed => new()
    {
        { Client.OciManifest, "", "JSON" },
        { Client.OciManifest, "not json", "JSON" },
        { Client.OciManifest, "[]", "object" },
        { Client.OciManifest, "null", "object" },
        { Client.OciManifest, "\"text\"", "object" },
        { Client.OciManifest, "{}", "schemaVersion" },
        { Client.OciManifest, "{\"schemaVersion\":2", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2} {}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2,}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2/**/}", "JSON" },
        { Client.OciManifest, "\ufeff{\"schemaVersion\":2,\"config\":" + Descriptor + "}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"schemaVersion\":2,\"config\":" + Descriptor + "}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":{\"size\":1,\"size\":2}}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"con\\u0066ig\":" + Descriptor + "}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"annotations\":{\"a\":\"1\",\"a\":\"2\"},\"config\":" + Descriptor + "}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Nested(65) + "}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"x\":" + Nested(100_000) + "}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":3,\"config\":" + Descriptor + "}", "schemaVersion" },
        { Client.OciManifest, "{\"schemaVersion\":\"2\",\"config\":" + Descriptor + "}", "schemaVersion" },
        { Client.OciManifest, "{\"schemaVersion\":2.5,\"config\":" + Descriptor + "}", "schemaVersion" },
        { Client.OciManifest, "{\"schemaVersion\":2}", "config" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":null}", "config" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":[]}", "config" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":{}}", "config" },
        { Client.OciManifest, Image("{\"mediaType\":\"a/b\",\"digest\":\"sha256:abc\",\"size\":1}"), "layers[0]" },
        { Client.OciManifest, Image("{\"mediaType\":\"a/b\",\"digest\":\"" + Digest + "\\n\",\"size\":1}"), "layers[0]" },
        { Client.OciManifest, Image("{\"mediaType\":\"a/b\",\"digest\":1,\"size\":1}"), "digest" },
        { Client.OciManifest, Image("{\"mediaType\":\"a/b\",\"digest\":\"" + Digest + "\",\"size\":-1}"), "size" },
        { Client.OciManifest, Image("{\"mediaType\":\"a/b\",\"digest\":\"" + Digest + "\",\"size\":\"1\"}"), "size" },
        { Client.OciManifest, Image("{\"mediaType\":\"a/b\",\"digest\":\"" + Digest + "\",\"size\":1.5}"), "size" },
        { Client.OciManifest, Image("{\"mediaType\":\"a/b\",\"digest\":\"" + Digest + "\",\"size\":99999999999999999999}"), "size" },
        { Client.OciManifest, Image("{\"mediaType\":\"a/b\",\"digest\":\"" + Digest + "\"}"), "size" },
        { Client.OciManifest, Image("{\"mediaType\":\"\",\"digest\":\"" + Digest + "\",\"size\":1}"), "mediaType" },
        { Client.OciManifest, Image("{\"digest\":\"" + Digest + "\",\"size\":1}"), "mediaType" },
        { Client.OciManifest, Image("{\"mediaType\":{},\"digest\":\"" + Digest + "\",\"size\":1}"), "mediaType" },
        { Client.OciManifest, Image("null"), "layers[0]" },
        { Client.OciManifest, Image(Descriptor + "," + Descriptor.Replace("\"size\":1", "\"size\":2", StringComparison.Ordinal)), "twice" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"layers\":{}}", "layers" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"subject\":\"x\"}", "subject" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"subject\":{}}", "subject" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"artifactType\":1}", "artifactType" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"annotations\":[]}", "annotations" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"annotations\":{\"a\":1}}", "annotation" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"annotations\":{\"a\":\"\\ud800\"}}", "Unicode" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"annotations\":{\"\\ud800\":\"a\"}}", "JSON" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"artifactType\":\"\\udc00\"}", "Unicode" },
        { Client.OciManifest, Image("{\"mediaType\":\"\\ud800\",\"digest\":\"" + Digest + "\",\"size\":1}"), "Unicode" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"mediaType\":1,\"config\":" + Descriptor + "}", "mediaType" },

        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"layers\":[],\"manifests\":[]}", "manifests" },
        { Client.OciIndex, "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}", "layers" },
        { Client.OciIndex, "{\"schemaVersion\":2,\"manifests\":[],\"config\":" + Descriptor + "}", "config" },
        { Client.OciIndex, "{\"schemaVersion\":2,\"manifests\":[],\"fsLayers\":[]}", "fsLayers" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"manifests\":[]}", "manifests" },
        { Client.OciIndex, "{\"schemaVersion\":2}", "manifests" },
        { Client.OciIndex, "{\"schemaVersion\":2,\"manifests\":{}}", "manifests" },

        { Client.OciIndex, "{\"schemaVersion\":2,\"mediaType\":\"" + Client.OciManifest + "\",\"manifests\":[]}", "Content-Type" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"mediaType\":\"" + Client.OciIndex + "\",\"config\":" + Descriptor + "}", "Content-Type" },
        { "application/json", "{\"schemaVersion\":2,\"mediaType\":\"" + Client.OciManifest + "\",\"config\":" + Descriptor + "}", "Content-Type" },
        { "application/json", "{\"schemaVersion\":2,\"config\":" + Descriptor + "}", "accepted" },
        { "text/plain", "{\"schemaVersion\":2,\"config\":" + Descriptor + "}", "accepted" },
        { "", "{\"schemaVersion\":2,\"mediaType\":\"text/plain\",\"config\":" + Descriptor + "}", "accepted" },

        { Schema1, "{\"schemaVersion\":1,\"fsLayers\":[]}", "schema 1" },
        { "application/vnd.docker.distribution.manifest.v1+json", "{\"schemaVersion\":1,\"fsLayers\":[]}", "schema 1" },
        { "application/json", "{\"schemaVersion\":1,\"fsLayers\":[]}", "schema 1" },
        { "", "{\"schemaVersion\":1,\"fsLayers\":[]}", "schema 1" },
        { Client.OciManifest, "{\"schemaVersion\":1,\"config\":" + Descriptor + "}", "schema 1" },
        { Client.OciManifest, "{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"fsLayers\":[]}", "schema 1" },
    };

    [SkippableTheory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_no_manifest_is_refused_with_400_and_says_why(string contentType, string manifest, string word)
    {
        var detail = await AssertRefusedAsync(Encoding.UTF8.GetBytes(manifest), contentType, 400, "MANIFEST_INVALID");

        Assert.Contains(word, (string?)detail, StringComparison.Ordinal);
        Assert.InRange(((string?)detail)!.Length, 1, 1000);
    }

    [SkippableTheory]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"{0}\"}")]
    [InlineData("{\"{0}\":1,\"{0}\":2}")]
    [InlineData("{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"annotations\":{\"{0}\":1}}")]
    public async Task What_is_refused_is_not_repeated_at_length(string manifest)
    {
        var text = new string('a', 1_000_000);

        var detail = await AssertRefusedAsync(
            Encoding.UTF8.GetBytes(manifest.Replace("{0}", text, StringComparison.Ordinal)), Client.OciManifest, 400,
            "MANIFEST_INVALID");

        Assert.InRange(((string?)detail)!.Length, 1, 1000);
    }

    [SkippableFact]
    public async Task Bytes_that_are_no_UTF_8_are_refused_with_400()
    {
        var start = Encoding.UTF8.GetBytes("{\"schemaVersion\":2,\"config\":" + Descriptor + ",\"annotations\":{\"a\":\"");
        await AssertRefusedAsync([.. start, 0xff, .. "\"}}"u8], Client.OciManifest, 400, "MANIFEST_INVALID");
        await AssertRefusedAsync([.. start, .. "\",\""u8, 0xc0, 0x80, .. "\":\"\"}}"u8], Client.OciManifest, 400, "MANIFEST_INVALID");
        await AssertRefusedAsync(Encoding.Unicode.GetBytes("{\"schemaVersion\":2}"), Client.OciManifest, 400, "MANIFEST_INVALID");
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_over_4_MiB_is_refused_with_413(bool knownLength)
    {
        var manifest = ManifestTests.Pad(await Client.PrepareImageAsync(Repository), (4 * 1024 * 1024) + 1);
        HttpContent content = knownLength ? new ByteArrayContent(manifest) : new StreamedContent(manifest);

        await AssertErrorAsync(
            await Client.SendAsync(
                "PUT", $"/v2/{Repository}/manifests/latest", content, ("Content-Type", Client.OciManifest)),
            413, "SIZE_INVALID");

        await AssertNothingChangedAsync();
    }

    [SkippableFact]
    public async Task The_operator_says_how_large_a_manifest_may_be()
    {
        await using var registry = await Fixture.StartAsync(new RegistryOptions { MaximumManifestSize = 5_000_000 });
        var client = new Client(registry.Client);
        var manifest = await client.PrepareImageAsync(Repository);

        await client.PushManifestAsync(Repository, "a", ManifestTests.Pad(manifest, 5_000_000));
        var detail = await AssertErrorAsync(
            await client.PutManifestAsync(Repository, "b", ManifestTests.Pad(manifest, 5_000_001)), 413, "SIZE_INVALID");

        Assert.Contains("5000000", (string?)detail, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task All_blobs_that_are_missing_are_listed()
    {
        var (config, held, first, second) =
            (Client.RandomBytes(10), Client.RandomBytes(11), Client.RandomBytes(12), Client.RandomBytes(13));
        await Client.PushBlobAsync(Repository, held);
        await Client.PushBlobAsync(Client.NewRepository(), first); // another repository's does not count
        var manifest = Client.Image(
            Client.Descriptor(Client.OciConfig, config),
            [
                Client.Descriptor(Client.OciLayer, first), Client.Descriptor(Client.OciLayer, held),
                Client.Descriptor(Client.OciLayer, second), Client.Descriptor(Client.OciLayer, second),
            ]);

        var detail = await AssertRefusedAsync(manifest, Client.OciManifest, 404, "MANIFEST_BLOB_UNKNOWN");

        Assert.Equal(
            new[] { config, first, second }.Select(content => Client.Digest(content)),
            detail!.AsArray().Select(missing => (string?)missing!["digest"]));
        Assert.Equal([10, 12, 13], detail.AsArray().Select(missing => (int)missing!["size"]!));
    }

    [SkippableFact]
    public async Task All_manifests_that_are_missing_are_listed()
    {
        var held = await Client.PrepareImageAsync(Repository);
        await Client.PushManifestAsync(Repository, "held", held);
        var (first, second) = (await Client.PrepareImageAsync(Repository), await Client.PrepareImageAsync(Repository));
        var index = ManifestTests.Index(Client.OciIndex, first, held, second);

        var detail = await AssertRefusedAsync(index, Client.OciIndex, 404, "MANIFEST_BLOB_UNKNOWN", known: true);

        Assert.Equal(
            new[] { first, second }.Select(content => Client.Digest(content)),
            detail!.AsArray().Select(missing => (string?)missing!["digest"]));
    }

    [SkippableFact]
    public async Task A_sparse_index_is_accepted_where_the_operator_allows_it()
    {
        await using var registry = await Fixture.StartAsync(new RegistryOptions { AllowMissingReferences = true });
        var client = new Client(registry.Client);

        await client.PushManifestAsync(
            Repository, "sparse", ManifestTests.Index(Client.OciIndex, Client.RandomImage(), Client.RandomImage()),
            Client.OciIndex);
    }

    [SkippableFact]
    public async Task A_size_that_a_blob_does_not_have_is_refused_with_400()
    {
        var (config, layer) = (Client.RandomBytes(10), Client.RandomBytes(11));
        await Client.PushBlobAsync(Repository, config);
        await Client.PushBlobAsync(Repository, layer);
        var wrong = Client.Descriptor(Client.OciLayer, layer);
        wrong["size"] = 12;

        var detail = await AssertRefusedAsync(
            Client.Image(Client.Descriptor(Client.OciConfig, config), [wrong]), Client.OciManifest, 400, "SIZE_INVALID");

        Assert.Contains(Client.Digest(layer), (string?)detail, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_digest_that_the_manifest_does_not_have_is_refused_with_400(string algorithm)
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        var given = Client.Digest([1], algorithm);

        var detail = await AssertErrorAsync(
            await Client.PutManifestAsync(Repository, $"{given}?tag=latest", manifest), 400, "DIGEST_INVALID");

        Assert.Equal(given, (string?)detail!["given"]);
        Assert.Equal(Client.Digest(manifest, algorithm), (string?)detail["computed"]);
        await AssertNothingChangedAsync();
    }

    private static string Image(string layers) =>
        $$"""{"schemaVersion":2,"config":{{Descriptor.Replace("01\"", "02\"", StringComparison.Ordinal)}},"layers":[{{layers}}]}""";

    private static string Nested(int depth) =>
        new StringBuilder().Insert(0, "[", depth).Insert(depth, "]", depth).ToString();

    private async Task<JsonNode?> AssertRefusedAsync(
        byte[] manifest, string contentType, int status, string code, bool known = false)
    {
        var detail = await AssertErrorAsync(
            await Client.PutManifestAsync(Repository, "latest", manifest, contentType), status, code);
        await AssertNothingChangedAsync(known);
        await AssertErrorAsync(
            await Client.SendAsync("GET", $"/v2/{Repository}/manifests/{Client.Digest(manifest)}"), 404, "MANIFEST_UNKNOWN");
        return detail;
    }

    private async Task AssertNothingChangedAsync(bool known = false)
    {
        await AssertErrorAsync(
            await Client.SendAsync("GET", $"/v2/{Repository}/manifests/latest"), 404, "MANIFEST_UNKNOWN");
        if (!known)
        {
            await AssertErrorAsync(await Client.SendAsync("GET", $"/v2/{Repository}/tags/list"), 404, "NAME_UNKNOWN");
        }
    }
}

public sealed class ManifestRefusalOverMemory(MemoryRegistry registry) : ManifestRefusalTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ManifestRefusalOverFolder(FolderRegistry registry) : ManifestRefusalTests(registry), IClassFixture<FolderRegistry>;

public sealed class ManifestRefusalOverAzure(AzureRegistry registry)
    : ManifestRefusalTests(registry), IClassFixture<AzureRegistry>;

public sealed class ManifestRefusalOverS3(S3Registry registry)
    : ManifestRefusalTests(registry), IClassFixture<S3Registry>;

public sealed class ManifestRefusalOverOss(OssRegistry registry)
    : ManifestRefusalTests(registry), IClassFixture<OssRegistry>;
