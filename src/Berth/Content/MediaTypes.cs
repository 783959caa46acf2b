namespace Berth.Content;

/// <summary>The media types that the registry itself has to tell apart. Layers and configs may have any type.</summary>
internal static class MediaTypes
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciArtifact = "application/vnd.oci.artifact.manifest.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string OctetStream = "application/octet-stream";
    public const string Json = "application/json";

    private const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar";
    private const string OciNonDistributableLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    private const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+";

    /// <summary>What a message lists as accepted.</summary>
    public const string Manifests =
        $"{OciManifest}, {OciIndex}, {DockerManifest}, {DockerList}, {OciArtifact}";

    public static bool IsManifest(string mediaType) =>
        mediaType is OciManifest or OciIndex or OciArtifact or DockerManifest or DockerList;

    public static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerList;

    /// <summary>Docker's schema 1, signed or not: named by its type, or (by old clients) by none of its own.</summary>
    public static bool IsSchema1(string mediaType) => mediaType.StartsWith(DockerSchema1, StringComparison.Ordinal);

    /// <summary>Layers that a registry must not ask for: their owner forbids to distribute them.</summary>
    public static bool IsNonDistributable(string mediaType) =>
        mediaType.StartsWith(DockerForeignLayer, StringComparison.Ordinal) ||
        mediaType.StartsWith(OciNonDistributableLayer, StringComparison.Ordinal);
}
