using System.Security.Cryptography;
using System.Text;
using Berth.Benchmarks.Load;

namespace Berth.Benchmarks.Workloads;

/// <summary>An image with a config and random layers.</summary>
internal sealed class SmallImage
{
    private SmallImage(byte[] config, byte[][] layers)
    {
        Blobs = [.. layers.Prepend(config).Select(content => (content, Payload.DigestOf(content)))];
        var described = layers.Select(layer => Describe("application/vnd.oci.image.layer.v1.tar", layer));
        Manifest = Encoding.UTF8.GetBytes(
            $$"""
            {"schemaVersion":2,"mediaType":"{{RegistryClient.ManifestType}}","config":{{Describe("application/vnd.oci.image.config.v1+json", config)}},"layers":[{{string.Join(',', described)}}]}
            """);
    }

    /// <summary>The config, then the layers.</summary>
    public IReadOnlyList<(byte[] Content, string Digest)> Blobs { get; }

    public byte[] Manifest { get; }

    public static SmallImage Create(int layers, int layerSize) => new(
        Encoding.UTF8.GetBytes(
            $$"""
            {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"r":"{{Guid.NewGuid():n}}"}
            """),
        [.. Enumerable.Range(0, layers).Select(_ => RandomNumberGenerator.GetBytes(layerSize))]);

    /// <summary>Pushes the blobs.</summary>
    public void PushBlobs(RegistryClient client, string repository)
    {
        foreach (var (content, digest) in Blobs)
            client.PushNewBlob(repository, content, digest);
    }

    private static string Describe(string mediaType, byte[] content) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{Payload.DigestOf(content)}}","size":{{content.Length}}}""";
}
