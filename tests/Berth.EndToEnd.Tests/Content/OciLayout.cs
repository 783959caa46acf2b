using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.EndToEnd.Tests.Content;

/// <summary>A folder in the OCI image layout: what skopeo, podman, oras, crane and regctl read and write.</summary>
public sealed class OciLayout
{
    private const string ReferenceName = "org.opencontainers.image.ref.name";

    private OciLayout(string folder) => Folder = folder;

    public string Folder { get; }

    private string IndexPath => Path.Join(Folder, "index.json");

    public static OciLayout Create(string folder)
    {
        Directory.CreateDirectory(Path.Join(folder, "blobs", "sha256"));
        File.WriteAllText(Path.Join(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        var layout = new OciLayout(folder);
        layout.WriteIndex([]);
        return layout;
    }

    public static OciLayout Open(string folder) => new(folder);

    public static string DigestOf(ReadOnlySpan<byte> content) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Adds a blob.</summary>
    /// <returns>Its descriptor.</returns>
    public JsonObject Add(string mediaType, byte[] content)
    {
        var digest = DigestOf(content);
        File.WriteAllBytes(PathOf(digest), content);
        return new() { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = content.Length };
    }

    /// <summary>Adds a manifest or an index and names it in the layout's own index.</summary>
    public string AddTagged(string tag, JsonObject manifest)
    {
        var descriptor = Add((string)manifest["mediaType"]!, JsonSerializer.SerializeToUtf8Bytes(manifest));
        var digest = (string)descriptor["digest"]!;
        descriptor["annotations"] = new JsonObject { [ReferenceName] = tag };
        WriteIndex([.. Manifests().Select(one => one.DeepClone()), descriptor]);
        return digest;
    }

    /// <summary>Packs the layout for <c>docker load</c>, with the name that its one image shall have there.</summary>
    public void Pack(string path, string image)
    {
        var descriptor = Assert.Single(Manifests()).DeepClone();
        descriptor["annotations"]!["io.containerd.image.name"] = image;
        WriteIndex([descriptor]);
        TarFile.CreateFromDirectory(Folder, path, includeBaseDirectory: false);
    }

    /// <summary>Unpacks what <c>docker save</c> wrote from a store that keeps manifests.</summary>
    public static OciLayout Unpack(string path, string folder)
    {
        TarFile.ExtractToDirectory(path, Directory.CreateDirectory(folder).FullName, overwriteFiles: false);
        return Open(folder);
    }

    /// <summary>The digest that the layout's index gives a tag, or its only one.</summary>
    public string DigestOf(string tag)
    {
        var manifests = Manifests();
        var tagged = manifests.SingleOrDefault(one => (string?)one["annotations"]?[ReferenceName] == tag)
            ?? Assert.Single(manifests);
        return (string)tagged["digest"]!;
    }

    public byte[] Read(string digest) => File.ReadAllBytes(PathOf(digest));

    /// <summary>Every manifest and blob that a digest leads to, itself included, by digest.</summary>
    public SortedDictionary<string, byte[]> ReadAll(string digest)
    {
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        Collect(digest, found);
        return found;
    }

    /// <summary>What an image is, however its layers are compressed.</summary>
    public UnpackedImage ReadImage(string digest)
    {
        var manifest = JsonNode.Parse(Read(digest))!;
        return new(
            Read((string)manifest["config"]!["digest"]!),
            [.. Children(manifest, "layers").Select(layer => Layer.Decompress(Read(layer)))]);
    }

    private void Collect(string digest, SortedDictionary<string, byte[]> found)
    {
        var content = Read(digest);
        found[digest] = content;
        var manifest = JsonNode.Parse(content)!;
        foreach (var child in Children(manifest, "manifests"))
            Collect(child, found);
        foreach (var blob in Children(manifest, "layers"))
            found[blob] = Read(blob);
        if ((string?)manifest["config"]?["digest"] is { } config)
            found[config] = Read(config);
    }

    /// <summary>The digests in a list of descriptors.</summary>
    public static IEnumerable<string> Children(JsonNode manifest, string list) =>
        manifest[list]?.AsArray().Select(descriptor => (string)descriptor!["digest"]!) ?? [];

    private List<JsonNode> Manifests() =>
        [.. JsonNode.Parse(File.ReadAllBytes(IndexPath))!["manifests"]!.AsArray().Select(one => one!)];

    private void WriteIndex(JsonArray manifests) =>
        File.WriteAllBytes(IndexPath, JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType.Index,
            ["manifests"] = manifests,
        }));

    private string PathOf(string digest) => Path.Join(Folder, "blobs", digest.Replace(':', '/'));
}
