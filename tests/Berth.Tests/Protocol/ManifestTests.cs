using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Tests.Protocol;

/// <summary>end-3 and end-7: manifests are stored and served byte for byte, by tag and by digest.</summary>
public abstract class ManifestTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string OciArtifact = "application/vnd.oci.artifact.manifest.v1+json";

    [SkippableFact]
    public async Task A_manifest_is_served_by_tag_and_by_digest_as_it_was_pushed()
    {
        // White space and the order of members are the client's: another serializer would change them.
        var manifest = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(await Client.PrepareImageAsync(Repository)).Replace(",", " ,\r\n\t", StringComparison.Ordinal) + "\n");
        var digest = Client.Digest(manifest);

        using var pushed = await AssertStatusAsync(201, Client.PutManifestAsync(Repository, "v1.0", manifest));

        Assert.Equal($"/v2/{Repository}/manifests/{digest}", Header(pushed, "Location"));
        Assert.Equal(digest, Header(pushed, "Docker-Content-Digest"));
        Assert.Null(Header(pushed, "OCI-Subject"));
        Assert.Null(Header(pushed, "OCI-Tag"));
        await AssertServedAsync("v1.0", digest, manifest, Client.OciManifest);
        await AssertServedAsync(digest, digest, manifest, Client.OciManifest);
        await AssertServedAsync(digest.Replace(":", "%3A", StringComparison.Ordinal), digest, manifest, Client.OciManifest);
    }

    [SkippableTheory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_manifest_is_pushed_by_digest(string algorithm)
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        var digest = Client.Digest(manifest, algorithm);

        (await AssertStatusAsync(201, Client.PutManifestAsync(Repository, digest, manifest))).Dispose();

        await AssertServedAsync(digest, digest, manifest, Client.OciManifest);
        using var tags = await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/tags/list"));
        Assert.Empty((await ReadJsonAsync(tags))["tags"]!.AsArray());
    }

    public static TheoryData<string, string> Layers => new()
    {
        { Client.OciManifest, "application/vnd.oci.image.layer.v1.tar" },
        { Client.OciManifest, "application/vnd.oci.image.layer.v1.tar+gzip" },
        { Client.OciManifest, "application/vnd.oci.image.layer.v1.tar+zstd" },
        { Client.OciManifest, "application/vnd.cncf.helm.chart.content.v1.tar+gzip" },
        { Client.OciManifest, "text/plain; charset=utf-8" },
        { DockerManifest, "application/vnd.docker.image.rootfs.diff.tar.gzip" },
        { OciArtifact, "application/x-anything" },
    };

    [SkippableTheory]
    [MemberData(nameof(Layers))]
    public async Task Images_and_artifacts_of_any_type_are_accepted(string mediaType, string layerType)
    {
        var (config, layer) = (Client.RandomBytes(20), Client.RandomBytes(30));
        await Client.PushBlobAsync(Repository, config);
        await Client.PushBlobAsync(Repository, layer);
        var manifest = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = mediaType };
        if (mediaType == OciArtifact)
        {
            manifest["artifactType"] = "application/vnd.example";
            manifest["blobs"] = new JsonArray(Client.Descriptor(layerType, layer));
        }
        else
        {
            manifest["config"] = Client.Descriptor("application/vnd.example.config", config);
            manifest["layers"] = new JsonArray(Client.Descriptor(layerType, layer));
        }
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest);

        var digest = await Client.PushManifestAsync(Repository, "latest", bytes, mediaType);

        await AssertServedAsync("latest", digest, bytes, mediaType);
    }

    [SkippableTheory]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd")]
    public async Task A_layer_that_is_not_distributable_need_not_be_there(string layerType)
    {
        var config = Client.RandomBytes(20);
        await Client.PushBlobAsync(Repository, config);

        await Client.PushManifestAsync(Repository, "latest", Client.Image(
            Client.Descriptor(Client.OciConfig, config),
            new JsonArray(Client.Descriptor(layerType, Client.RandomBytes(10)))));
    }

    [SkippableTheory]
    [InlineData(Client.OciIndex)]
    [InlineData(DockerList)]
    public async Task An_index_names_manifests_of_its_repository(string mediaType)
    {
        var (first, second) = (await PushImageAsync(), await PushImageAsync());
        var index = Index(mediaType, first, second);

        var digest = await Client.PushManifestAsync(Repository, "multi", index, mediaType);
        var nested = Index(mediaType, index);
        await Client.PushManifestAsync(Repository, "nested", nested, mediaType);

        await AssertServedAsync("multi", digest, index, mediaType);
    }

    [SkippableFact]
    public async Task An_empty_image_and_an_empty_index_are_accepted()
    {
        await Client.PushBlobAsync(Repository, "{}"u8.ToArray());
        var config = Client.Descriptor("application/vnd.oci.empty.v1+json", "{}"u8.ToArray());
        await Client.PushManifestAsync(Repository, "image", Client.Image(config, []));
        await Client.PushManifestAsync(Repository, "null-layers", JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["config"] = config.DeepClone(),
            ["layers"] = null,
        }));
        await Client.PushManifestAsync(Repository, "index", Index(Client.OciIndex), Client.OciIndex);
    }

    [SkippableFact]
    public async Task A_descriptor_with_data_and_urls_and_a_manifest_with_fields_of_its_own_are_kept()
    {
        var config = Client.RandomBytes(20);
        await Client.PushBlobAsync(Repository, config);
        var descriptor = Client.Descriptor(Client.OciConfig, config);
        descriptor["data"] = Convert.ToBase64String(config);
        descriptor["urls"] = new JsonArray("https://example.com/layer");
        var manifest = Client.Image(descriptor, [], new JsonObject { ["x-own"] = new JsonArray(1, 2.5, null, "ü") });

        var digest = await Client.PushManifestAsync(Repository, "latest", manifest);

        await AssertServedAsync("latest", digest, manifest, Client.OciManifest);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData(Client.OciManifest + "; charset=utf-8")]
    [InlineData("Application/VND.oci.image.manifest.v1+JSON")]
    public async Task The_Content_Type_may_be_absent_or_have_parameters_and_is_served_without(string contentType)
    {
        var manifest = await Client.PrepareImageAsync(Repository);

        var digest = await Client.PushManifestAsync(Repository, "latest", manifest, contentType);

        await AssertServedAsync("latest", digest, manifest, Client.OciManifest);
    }

    [SkippableFact]
    public async Task What_a_client_accepts_does_not_change_a_manifest()
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        await Client.PushManifestAsync(Repository, "latest", manifest);
        foreach (var accept in new[] { DockerManifest, "text/html", "*/*", "application/json;q=0.1, " + Client.OciIndex, "nonsense" })
        {
            using var response = await AssertStatusAsync(
                200, Client.SendAsync("GET", $"/v2/{Repository}/manifests/latest", (byte[]?)null, ("Accept", accept)));

            Assert.Equal(Client.OciManifest, Header(response, "Content-Type"));
            Assert.Equal(manifest, await response.Content.ReadAsByteArrayAsync());
        }
    }

    [SkippableTheory]
    [InlineData("latest", "\"{0}\"", 304)]
    [InlineData("{0}", "W/\"{0}\"", 304)]
    [InlineData("latest", "\"x\"", 200)]
    public async Task A_client_that_has_the_manifest_is_told_so(string reference, string condition, int status)
    {
        var digest = await Client.PushManifestAsync(Repository, "latest", await Client.PrepareImageAsync(Repository));
        foreach (var method in new[] { "GET", "HEAD" })
        {
            using var response = await AssertStatusAsync(status, Client.SendAsync(
                method, $"/v2/{Repository}/manifests/{reference.Replace("{0}", digest, StringComparison.Ordinal)}", (byte[]?)null,
                ("If-None-Match", condition.Replace("{0}", digest, StringComparison.Ordinal))));
            Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
        }
    }

    [SkippableFact]
    public async Task A_tag_moves_to_the_manifest_pushed_last()
    {
        var (first, second) = (await PushImageAsync(), await PushImageAsync());

        await Client.PushManifestAsync(Repository, "moving", first);
        await Client.PushManifestAsync(Repository, "moving", second);

        await AssertServedAsync("moving", Client.Digest(second), second, Client.OciManifest);
        await AssertServedAsync(Client.Digest(first), Client.Digest(first), first, Client.OciManifest);
    }

    [SkippableFact]
    public async Task Tags_that_differ_in_case_are_two()
    {
        var (lower, upper) = (await PushImageAsync("v1"), await PushImageAsync("V1"));

        await AssertServedAsync("v1", Client.Digest(lower), lower, Client.OciManifest);
        await AssertServedAsync("V1", Client.Digest(upper), upper, Client.OciManifest);
    }

    [SkippableFact]
    public async Task A_manifest_of_a_digest_is_tagged_as_the_query_says()
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        var digest = Client.Digest(manifest);
        var names = Enumerable.Range(0, 20).Select(i => $"t{i}").ToArray();

        using var response = await AssertStatusAsync(201, Client.PutManifestAsync(
            Repository, $"{digest}?{string.Join('&', names.Select(name => $"tag={name}"))}&tag=t3", manifest));

        Assert.Equal(names, Header(response, "OCI-Tag")!.Split(", "));
        foreach (var name in names)
        {
            await AssertServedAsync(name, digest, manifest, Client.OciManifest);
        }
    }

    [SkippableTheory]
    [InlineData("?tag=-bad", 400)]
    [InlineData("?tag=good&tag=", 400)]
    [InlineData("?tag=good&tag=a%0A", 400)]
    [InlineData("?tag=good&tag=a,b", 400)]
    public async Task One_malformed_tag_of_the_query_refuses_all(string query, int status)
    {
        var manifest = await Client.PrepareImageAsync(Repository);

        await AssertErrorAsync(
            await Client.PutManifestAsync(Repository, Client.Digest(manifest) + query, manifest), status,
            "MANIFEST_INVALID");

        await AssertErrorAsync(
            await Client.SendAsync("GET", $"/v2/{Repository}/manifests/good"), 404, "MANIFEST_UNKNOWN");
    }

    [SkippableFact]
    public async Task Too_many_tags_in_one_request_are_refused_with_414()
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        var query = string.Join('&', Enumerable.Range(0, 101).Select(i => $"tag=t{i}"));

        await AssertErrorAsync(
            await Client.PutManifestAsync(Repository, $"{Client.Digest(manifest)}?{query}", manifest), 414, "UNSUPPORTED");
    }

    [SkippableTheory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    [InlineData(4 * 1024 * 1024)]
    public async Task A_manifest_of_any_size_is_put_got_put_again_and_deleted(int size)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var manifest = Pad(await client.PrepareImageAsync(Repository), size);
        Assert.Equal(size, manifest.Length);

        for (var i = 0; i < 2; i++)
        {
            var digest = await client.PushManifestAsync(Repository, "large", manifest);
            await AssertServedAsync("large", digest, manifest, Client.OciManifest, client);
            await AssertServedAsync(digest, digest, manifest, Client.OciManifest, client);
        }
        var large = await registry.Storage.Objects.ListAsync("manifests/", null, 10, default);
        Assert.Equal(size > 65_536 ? 1 : 0, large.Items.Count);

        (await AssertStatusAsync(
            202, client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{Client.Digest(manifest)}"))).Dispose();

        await AssertErrorAsync(await client.SendAsync("GET", $"/v2/{Repository}/manifests/large"), 404, "MANIFEST_UNKNOWN");
        Assert.Empty((await registry.Storage.Objects.ListAsync("manifests/", null, 10, default)).Items);
        var blobs = await registry.Storage.Objects.ListAsync("objects/", null, 10, default);
        Assert.Equal(2, blobs.Items.Count); // a config and a layer
    }

    [SkippableTheory]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task A_manifest_pushed_again_with_another_type_is_served_with_that(int size)
    {
        await Client.PushBlobAsync(Repository, "{}"u8.ToArray());
        var manifest = Pad(JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["config"] = Client.Descriptor(Client.OciConfig, "{}"u8.ToArray()),
        }), size);
        await Client.PushManifestAsync(Repository, "latest", manifest, DockerManifest);
        await AssertServedAsync("latest", Client.Digest(manifest), manifest, DockerManifest);

        await Client.PushManifestAsync(Repository, "latest", manifest, Client.OciManifest);

        await AssertServedAsync("latest", Client.Digest(manifest), manifest, Client.OciManifest);
    }

    [SkippableTheory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task A_manifest_that_the_repository_does_not_hold_is_answered_with_404(string method)
    {
        var other = Client.NewRepository();
        var digest = await Client.PushManifestAsync(other, "latest", await Client.PrepareImageAsync(other));
        foreach (var reference in new[] { "latest", digest })
        {
            using var response = await Client.SendAsync(method, $"/v2/{Repository}/manifests/{reference}");
            Assert.Equal(404, (int)response.StatusCode);
            Assert.Null(Header(response, "Docker-Content-Digest"));
            if (method == "GET")
            {
                var detail = await AssertErrorAsync(response, 404, "MANIFEST_UNKNOWN");
                Assert.Equal(reference, (string?)detail!["reference"]);
            }
        }
    }

    internal static byte[] Pad(byte[] manifest, int size) =>
        [.. manifest, .. Enumerable.Repeat((byte)' ', size - manifest.Length)];

    internal static byte[] Index(string mediaType, params byte[][] manifests) =>
        JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
            ["manifests"] = new JsonArray([.. manifests.Select(JsonNode (manifest) => Client.Descriptor(
                (string?)JsonNode.Parse(manifest)!["mediaType"] ?? Client.OciManifest, manifest))]),
        });

    private async Task<byte[]> PushImageAsync(string? tag = null)
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        await Client.PushManifestAsync(Repository, tag ?? Client.Digest(manifest), manifest);
        return manifest;
    }

    private async Task AssertServedAsync(
        string reference, string digest, byte[] manifest, string mediaType, Client? client = null)
    {
        foreach (var method in new[] { "GET", "HEAD" })
        {
            using var response = await AssertStatusAsync(
                200, (client ?? Client).SendAsync(method, $"/v2/{Repository}/manifests/{reference}"));
            Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
            Assert.Equal(mediaType, Header(response, "Content-Type"));
            Assert.Equal(manifest.Length, response.Content.Headers.ContentLength);
            Assert.Equal($"\"{digest}\"", Header(response, "ETag"));
            var body = await response.Content.ReadAsByteArrayAsync();
            Assert.True(body.AsSpan().SequenceEqual(method == "GET" ? manifest : []), "other bytes");
        }
    }
}

public sealed class ManifestOverMemory(MemoryRegistry registry) : ManifestTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ManifestOverFolder(FolderRegistry registry) : ManifestTests(registry), IClassFixture<FolderRegistry>;

public sealed class ManifestOverAzure(AzureRegistry registry) : ManifestTests(registry), IClassFixture<AzureRegistry>;

public sealed class ManifestOverS3(S3Registry registry) : ManifestTests(registry), IClassFixture<S3Registry>;

public sealed class ManifestOverOss(OssRegistry registry) : ManifestTests(registry), IClassFixture<OssRegistry>;
