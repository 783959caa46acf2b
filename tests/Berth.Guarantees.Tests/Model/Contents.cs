using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Berth.Guarantees.Tests.Model;

/// <summary>The few names and contents of which all sequences are made, so that they collide.</summary>
internal static class Contents
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar";
    public const string Config = "application/vnd.oci.image.config.v1+json";

    /// <summary>Three whose order and whose keys an encoding can get wrong.</summary>
    public static readonly string[] Repositories = ["a", "a/b", "a-b"];

    public static readonly string[] Tags = ["latest", "V1", "v1", "_.-", "v1.0"];

    public static readonly string[] Algorithms = ["sha256", "sha512"];

    public static readonly string[] ArtifactTypes = ["application/a+json", "application/b", Config, "application/none"];

    private static readonly ConcurrentDictionary<int, byte[]> Blobs = new();
    private static readonly ConcurrentDictionary<(byte[], string), string> Digests = new();

    /// <summary>Sizes that an upload keeps in its record, in an object, and in parts; the last depends on the store.</summary>
    public static byte[] Blob(int index, Place place) => OfSize(index switch
    {
        0 => 7,
        1 => 0,
        2 => 3_000,
        3 => 40_000,
        _ => place.PartsFrom,
    });

    public const int BlobCount = 5;

    public static string Digest(byte[] content, string algorithm = "sha256") =>
        Digests.GetOrAdd((content, algorithm), static key => Compute(key.Item1, key.Item2));

    /// <summary>As <see cref="Digest"/>, of bytes that are not seen again.</summary>
    public static string Compute(ReadOnlySpan<byte> content, string algorithm) => algorithm + ":"
        + Convert.ToHexStringLower(algorithm == "sha256" ? SHA256.HashData(content) : SHA512.HashData(content));

    /// <summary>A digest that no content of a test has.</summary>
    public static string NoDigest(string algorithm) => algorithm + ":" + new string('0', algorithm == "sha256" ? 64 : 128);

    private static byte[] OfSize(int size) => Blobs.GetOrAdd(size, static size =>
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    });
}

/// <summary>A manifest with what the spec says of it, written down beside it and not read out of it.</summary>
internal sealed record Recipe(byte[] Bytes, string MediaType)
{
    /// <summary>What has to be there, with the size that the manifest tells.</summary>
    public IReadOnlyList<(string Digest, long Size)> Needs { get; init; } = [];

    /// <summary>The contents that make it whole: blobs and, by their numbers, other recipes.</summary>
    public IReadOnlyList<(byte[] Bytes, string Algorithm)> Blobs { get; init; } = [];

    public IReadOnlyList<int> Manifests { get; init; } = [];

    public string? Subject { get; init; }

    public string? ArtifactType { get; init; }

    public JsonObject? Annotations { get; init; }

    /// <summary>Another type that it may be pushed as: it does not name its own.</summary>
    public string? OtherType { get; init; }

    /// <summary>Whether it is refused (400) whatever the repository holds.</summary>
    public bool IsInvalid { get; init; }
}
