using System.Formats.Tar;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.EndToEnd.Tests.Content;

/// <summary>The tar of <c>docker save</c> and <c>docker load</c>: a config and the tar of each layer.</summary>
public static class DockerArchive
{
    private const string Manifest = "manifest.json";

    /// <summary>Writes one image under a name.</summary>
    public static void Write(string path, string name, UnpackedImage image)
    {
        using var stream = File.Create(path);
        using var tar = new TarWriter(stream, TarEntryFormat.Ustar);
        var configName = $"{OciLayout.DigestOf(image.Config)["sha256:".Length..]}.json";
        var layerNames = image.Layers.Select((_, i) => $"layer{i}/layer.tar").ToList();
        Add(tar, configName, image.Config);
        foreach (var (layerName, layer) in layerNames.Zip(image.Layers))
            Add(tar, layerName, layer);
        Add(tar, Manifest, JsonSerializer.SerializeToUtf8Bytes(new[]
        {
            new { Config = configName, RepoTags = new[] { name }, Layers = layerNames },
        }));
    }

    /// <summary>Reads the one image of an archive.</summary>
    public static UnpackedImage Read(string path)
    {
        var files = new Dictionary<string, byte[]>();
        using var stream = File.OpenRead(path);
        using var tar = new TarReader(stream);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null)
                continue;
            using var content = new MemoryStream();
            entry.DataStream.CopyTo(content);
            files[entry.Name] = content.ToArray();
        }

        var image = Assert.Single(JsonNode.Parse(files[Manifest])!.AsArray())!;
        return new(
            files[(string)image["Config"]!],
            [.. image["Layers"]!.AsArray().Select(layer => Layer.Decompress(files[(string)layer!]))]);
    }

    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
}
