using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Tests.Protocol;
using Berth.TestTools;

namespace Berth.Tests.Moving;

/// <summary>The data directory of a Docker registry, written file by file as that registry does.</summary>
public sealed class DockerData : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    /// <summary>The registry's rootdirectory.</summary>
    public string Root => _folder.Path;

    private string Registry => Path.Join(Root, "docker/registry/v2");

    /// <summary>A blob and its link; by sha512 a link under each digest, as the bytes are filed by sha256.</summary>
    public string AddBlob(string repository, byte[] content, string algorithm = "sha256")
    {
        var canonical = AddData(content);
        var digest = Client.Digest(content, algorithm);
        foreach (var name in new[] { canonical, digest }.Distinct())
            Write($"repositories/{repository}/_layers/{name.Replace(':', '/')}/link", canonical);
        return digest;
    }

    /// <summary>A config and one layer, and the manifest that names them.</summary>
    public byte[] AddImage(string repository, byte[]? layer = null, JsonObject? extra = null)
    {
        var config = JsonSerializer.SerializeToUtf8Bytes(new { architecture = "amd64", id = Guid.NewGuid() });
        layer ??= Client.RandomBytes(1000);
        AddBlob(repository, config);
        AddBlob(repository, layer);
        return Client.Image(
            Client.Descriptor(Client.OciConfig, config), [Client.Descriptor(Client.OciLayer, layer)], extra);
    }

    /// <summary>Stores a manifest, and tags it.</summary>
    public string AddManifest(string repository, byte[] manifest, params string[] tags)
    {
        var digest = AddData(manifest);
        Write($"repositories/{repository}/_manifests/revisions/{digest.Replace(':', '/')}/link", digest);
        foreach (var tag in tags)
            SetTag(repository, tag, digest);
        return digest;
    }

    /// <summary>An index of manifests, not stored.</summary>
    public static byte[] Index(params byte[][] manifests) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Client.OciIndex,
        ["manifests"] = new JsonArray([.. manifests.Select(one => (JsonNode)Client.Descriptor(Client.OciManifest, one))]),
    });

    public void SetTag(string repository, string tag, string digest)
    {
        Write($"repositories/{repository}/_manifests/tags/{tag}/index/{digest.Replace(':', '/')}/link", digest);
        Write($"repositories/{repository}/_manifests/tags/{tag}/current/link", digest);
    }

    /// <summary>Where the bytes of a digest are.</summary>
    public string PathOf(string digest)
    {
        var hex = digest.Split(':')[1];
        return Path.Join(Registry, $"blobs/sha256/{hex[..2]}/{hex}/data");
    }

    /// <summary>Changes one byte.</summary>
    public void Damage(string digest)
    {
        var content = File.ReadAllBytes(PathOf(digest));
        content[^1] ^= 1;
        File.WriteAllBytes(PathOf(digest), content);
    }

    /// <summary>Writes any file.</summary>
    public void Write(string path, string text)
    {
        var file = new FileInfo(Path.Join(Registry, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text, new UTF8Encoding(false));
    }

    public void Delete(string path)
    {
        var full = Path.Join(Registry, path);
        if (Directory.Exists(full))
            Directory.Delete(full, recursive: true);
        else
            File.Delete(full);
    }

    public void Dispose() => _folder.Dispose();

    private string AddData(byte[] content)
    {
        var path = new FileInfo(PathOf("sha256:" + Convert.ToHexStringLower(SHA256.HashData(content))));
        path.Directory!.Create();
        File.WriteAllBytes(path.FullName, content);
        return Client.Digest(content);
    }
}
