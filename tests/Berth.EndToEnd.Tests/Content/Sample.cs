using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.EndToEnd.Tests.Content;

/// <summary>What a test pushes.</summary>
public enum SampleKind
{
    /// <summary>Three gzip layers, one of them larger than a part.</summary>
    Image,

    /// <summary>Two zstd layers.</summary>
    ZstdImage,

    /// <summary>An index of an image for amd64 and one for arm64, which share a layer.</summary>
    Index,

    /// <summary>Two files with the spec's empty config, as oras makes it.</summary>
    Artifact,

    /// <summary>Two files with an image's config, as cosign makes it.</summary>
    ArtifactWithImageConfig,
}

/// <summary>Content that was never pushed before, in an OCI layout.</summary>
/// <param name="Layout">Where it is.</param>
/// <param name="Digest">The manifest or index that all of it hangs on.</param>
public sealed record Sample(OciLayout Layout, string Digest)
{
    /// <summary>The tag in the layout, and in the registry.</summary>
    public const string Tag = "v1";

    private const int Small = 2_000;
    private const int Medium = 300_000;

    // More than the 8 MiB that the registry stores as one part.
    private const int Large = 9_000_000;

    public static Sample Create(SampleKind kind, string folder)
    {
        var layout = OciLayout.Create(folder);
        return new(layout, layout.AddTagged(Tag, kind switch
        {
            SampleKind.Image => AddImage(
                layout, "amd64", Layer.Gzip("a", Small), Layer.Gzip("b", Large), Layer.Gzip("c", Medium)),
            SampleKind.ZstdImage => AddImage(layout, "amd64", Layer.Zstd("a", Small), Layer.Zstd("b", Medium)),
            SampleKind.Index => AddIndex(layout),
            SampleKind.Artifact => AddArtifact(layout, layout.Add(MediaType.Empty, "{}"u8.ToArray())),
            SampleKind.ArtifactWithImageConfig => AddArtifact(
                layout, layout.Add(MediaType.Config, Config("amd64", []))),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        }));
    }

    /// <summary>An image with one layer of a given size.</summary>
    public static Sample CreateImage(string folder, int layerSize)
    {
        var layout = OciLayout.Create(folder);
        return new(layout, layout.AddTagged(Tag, AddImage(layout, "amd64", Layer.Gzip("only", layerSize))));
    }

    /// <summary>Every manifest and blob, by digest.</summary>
    public SortedDictionary<string, byte[]> ReadAll() => Layout.ReadAll(Digest);

    private static JsonObject AddImage(OciLayout layout, string architecture, params Layer[] layers) => new()
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaType.Manifest,
        ["config"] = layout.Add(MediaType.Config, Config(architecture, layers)),
        ["layers"] = new JsonArray([.. layers.Select(layer => layout.Add(layer.MediaType, layer.Blob))]),
    };

    private static JsonObject AddIndex(OciLayout layout)
    {
        var shared = Layer.Gzip("shared", Medium);
        var entries = new JsonArray();
        foreach (var architecture in (string[])["amd64", "arm64"])
        {
            var image = AddImage(layout, architecture, shared, Layer.Gzip(architecture, Small));
            var entry = layout.Add(MediaType.Manifest, JsonSerializer.SerializeToUtf8Bytes(image));
            entry["platform"] = new JsonObject { ["architecture"] = architecture, ["os"] = "linux" };
            entries.Add((JsonNode)entry);
        }

        return new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType.Index,
            ["manifests"] = entries,
        };
    }

    private static JsonObject AddArtifact(OciLayout layout, JsonObject config)
    {
        var files = new JsonArray();
        foreach (var (title, size) in new[] { ("small.bin", Small), ("medium.bin", Medium) })
        {
            var file = layout.Add("application/octet-stream", RandomNumberGenerator.GetBytes(size));
            file["annotations"] = new JsonObject { ["org.opencontainers.image.title"] = title };
            files.Add((JsonNode)file);
        }

        return new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType.Manifest,
            ["artifactType"] = MediaType.Artifact,
            ["config"] = config,
            ["layers"] = files,
            ["annotations"] = new JsonObject { ["org.example.berth"] = "caf\u00e9" },
        };
    }

    private static byte[] Config(string architecture, IReadOnlyList<Layer> layers) =>
        JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["created"] = "2020-01-01T00:00:00Z",
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Cmd"] = new JsonArray("/opt/a.txt"),
                ["Labels"] = new JsonObject { ["org.example.berth"] = Guid.NewGuid().ToString() },
            },
            ["rootfs"] = new JsonObject
            {
                ["type"] = "layers",
                ["diff_ids"] = new JsonArray([.. layers.Select(layer => (JsonNode)OciLayout.DigestOf(layer.Tar))]),
            },
            ["history"] = new JsonArray(
                [.. layers.Select(_ => new JsonObject { ["created_by"] = "Berth's end-to-end tests" })]),
        });
}
