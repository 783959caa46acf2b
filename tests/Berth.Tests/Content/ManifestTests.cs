using System.Text;
using Berth.Content;

namespace Berth.Tests.Content;

/// <summary>What is read in a manifest; what is refused is a table of the protocol tests.</summary>
public sealed class ManifestTests
{
    private const string A = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private const string C = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

    [Theory]
    [InlineData(MediaTypes.OciManifest, null, MediaTypes.OciManifest)]
    [InlineData(MediaTypes.DockerManifest, null, MediaTypes.DockerManifest)]
    [InlineData(null, MediaTypes.DockerManifest, MediaTypes.DockerManifest)]
    [InlineData(MediaTypes.OciManifest, MediaTypes.OciManifest, MediaTypes.OciManifest)]
    [InlineData(null, null, MediaTypes.OciManifest)]
    public void The_type_is_that_of_the_request_or_of_the_manifest(string? contentType, string? mediaType, string expected)
    {
        var member = mediaType is null ? "" : $",\"mediaType\":\"{mediaType}\"";

        var manifest = Parse(
            contentType,
            $$"""{"schemaVersion":2{{member}},"config":{{Descriptor(A)}} }""");

        Assert.Equal(expected, manifest.MediaType);
    }

    [Fact]
    public void A_manifest_without_any_type_that_has_manifests_is_an_index() =>
        Assert.Equal(MediaTypes.OciIndex, Parse(null, """{"schemaVersion":2,"manifests":[]}""").MediaType);

    [Fact]
    public void An_image_refers_to_its_config_and_each_layer_once()
    {
        var manifest = Parse(
            MediaTypes.OciManifest,
            $$"""
            {"schemaVersion":2,"config":{{Descriptor(A, 1, "c/c")}},
             "layers":[{{Descriptor(B, 2, "l/l")}},{{Descriptor(C, 3, "l/l")}},{{Descriptor(B, 2, "l/l")}}],
             "blobs":[{{Descriptor(A)}}],"subject":{{Descriptor(C, 9, MediaTypes.OciManifest)}} }
            """);

        Assert.Equal(
            [(A, 1L), (B, 2L), (C, 3L)],
            manifest.References.Select(reference => (reference.Digest.ToString(), reference.Size)));
        Assert.Equal(C, manifest.Subject.ToString());
        Assert.Equal("c/c", manifest.ArtifactType);
        Assert.Null(manifest.Annotations);
    }

    [Fact]
    public void An_index_refers_to_its_manifests_and_has_no_type_but_its_own()
    {
        var manifest = Parse(
            MediaTypes.OciIndex,
            $$"""{"schemaVersion":2,"manifests":[{{Descriptor(A, 1, MediaTypes.OciManifest)}},{{Descriptor(B, 2, "x/y")}}]}""");

        Assert.Equal([true, false], manifest.References.Select(reference => reference.IsManifest));
        Assert.Null(manifest.ArtifactType);
        Assert.Null(manifest.Subject);
    }

    [Fact]
    public void An_artifact_refers_to_its_blobs()
    {
        var manifest = Parse(
            MediaTypes.OciArtifact,
            $$"""{"schemaVersion":2,"artifactType":"a/t","blobs":[{{Descriptor(A)}}],"annotations":{"k":"v","":""} }""");

        Assert.Equal(A, Assert.Single(manifest.References).Digest.ToString());
        Assert.Equal("a/t", manifest.ArtifactType);
        Assert.Equal([("", ""), ("k", "v")], manifest.Annotations!.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Theory]
    [InlineData("\"artifactType\":\"a/t\"", "a/t")]
    [InlineData("\"artifactType\":\"\"", "c/c")]
    [InlineData("\"artifactType\":null", "c/c")]
    [InlineData("\"x\":1", "c/c")]
    public void An_image_is_of_its_artifactType_or_else_of_its_configs(string member, string expected) =>
        Assert.Equal(
            expected,
            Parse(MediaTypes.OciManifest, $$"""{"schemaVersion":2,{{member}},"config":{{Descriptor(A, 1, "c/c")}} }""").ArtifactType);

    [Theory]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "l/l", false)]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", null, true)]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar", null, true)]
    [InlineData("application/vnd.oci.image.layer.v1.tar+zstd", null, false)]
    public void Content_may_be_missing_only_where_every_descriptor_says_so(string first, string? second, bool mayBeMissing)
    {
        string[] layers = second is null ? [first] : [first, second];
        foreach (var order in new[] { layers, [.. layers.Reverse()] })
        {
            var descriptors = string.Join(',', order.Select(type => Descriptor(B, 1, type)));
            var manifest = Parse(
                MediaTypes.OciManifest, $$"""{"schemaVersion":2,"config":{{Descriptor(A)}},"layers":[{{descriptors}}]}""");

            Assert.Equal(mayBeMissing, manifest.References[1].MayBeMissing);
        }
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Members_may_be_64_deep(int arrays, bool accepted)
    {
        var nested = new string('[', arrays) + new string(']', arrays);
        var json = $$"""{"schemaVersion":2,"config":{{Descriptor(A)}},"x":{{nested}} }""";

        Assert.Equal(accepted, Manifest.TryParse(Encoding.UTF8.GetBytes(json), MediaTypes.OciManifest, out _, out var problem));
        Assert.Equal(accepted, problem is null);
    }

    private static string Descriptor(string digest, long size = 1, string mediaType = "x/y") =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{digest}}","size":{{size}}}""";

    private static Manifest Parse(string? contentType, string json)
    {
        Assert.True(
            Manifest.TryParse(Encoding.UTF8.GetBytes(json), contentType, out var manifest, out var problem), problem);
        return manifest;
    }
}
