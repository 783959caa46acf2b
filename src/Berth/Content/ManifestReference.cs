using System.Text.Json;

namespace Berth.Content;

/// <summary>A descriptor inside a manifest.</summary>
/// <param name="Digest">What it names.</param>
/// <param name="Size">The size it gives, in bytes.</param>
/// <param name="MediaType">Its type.</param>
internal sealed record ManifestReference(Digest Digest, long Size, string MediaType)
{
    /// <summary>True for a manifest, which is kept with the manifests; anything else is a blob.</summary>
    public bool IsManifest => MediaTypes.IsManifest(MediaType);

    /// <summary>True for layers that are never pushed.</summary>
    public bool MayBeMissing => MediaTypes.IsNonDistributable(MediaType);

    /// <exception cref="InvalidManifestException">It is no descriptor.</exception>
    public static ManifestReference Read(JsonElement element, string where)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidManifestException($"{where} must be a descriptor");
        }
        if (!Digest.TryParse(Manifest.ReadString(element, "digest"), out var digest))
        {
            throw new InvalidManifestException($"{where} needs a digest: {Digest.Grammar}");
        }
        if (!element.TryGetProperty("size", out var number) || number.ValueKind != JsonValueKind.Number ||
            !number.TryGetInt64(out var size) || size < 0)
        {
            throw new InvalidManifestException($"{where} needs a size of 0 bytes or more");
        }
        var mediaType = Manifest.ReadString(element, "mediaType");
        return string.IsNullOrEmpty(mediaType)
            ? throw new InvalidManifestException($"{where} needs a mediaType")
            : new(digest, size, mediaType);
    }
}
