using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Berth.Content;

/// <summary>What a registry reads in a manifest: its type, what it needs to be pulled whole, and what it refers to.</summary>
/// <param name="MediaType">One of <see cref="MediaTypes.Manifests"/>.</param>
/// <param name="References">Every blob and manifest that a pull fetches, each digest once.</param>
/// <param name="Subject">The manifest that this one is about, if any.</param>
/// <param name="ArtifactType">What the referrers API tells of it: <c>artifactType</c>, else the config's type.</param>
/// <param name="Annotations">Its annotations, as the referrers API repeats them.</param>
internal sealed record Manifest(
    string MediaType,
    IReadOnlyList<ManifestReference> References,
    Digest? Subject,
    string? ArtifactType,
    IReadOnlyDictionary<string, string>? Annotations)
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        // Two parsers that pick different twins would see two different manifests under one digest.
        AllowDuplicateProperties = false,
        MaxDepth = 64,
    };

    /// <summary>Reads a manifest, or says in <paramref name="problem"/> what is wrong with it.</summary>
    /// <param name="content">The manifest's bytes.</param>
    /// <param name="contentType">The request's Content-Type without parameters; <see langword="null"/> if none.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="problem">For the client: what to mend.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> content, string? contentType,
        [NotNullWhen(true)] out Manifest? manifest, [NotNullWhen(false)] out string? problem)
    {
        manifest = null;
        try
        {
            using var document = JsonDocument.Parse(content, Strict);
            manifest = Read(document.RootElement, contentType);
            problem = null;
            return true;
        }
        catch (JsonException exception)
        {
            problem = "not the JSON of a manifest: " + exception.Message;
        }
        catch (InvalidOperationException)
        {
            // What a JsonElement throws for half a surrogate pair or for bytes that are no UTF-8.
            problem = "not the JSON of a manifest: a string of it is no Unicode text";
        }
        catch (InvalidManifestException exception)
        {
            problem = exception.Message;
        }
        return false;
    }

    private static Manifest Read(JsonElement root, string? contentType)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidManifestException("a manifest is a JSON object");
        }
        var mediaType = ReadMediaType(root, contentType);
        var isIndex = MediaTypes.IsIndex(mediaType);
        RefuseAmbiguous(root, isIndex);

        var references = new Dictionary<Digest, ManifestReference>();
        string? configType = null;
        if (isIndex)
        {
            AddAll(references, root, "manifests", required: true);
        }
        else if (mediaType == MediaTypes.OciArtifact)
        {
            AddAll(references, root, "blobs", required: false);
        }
        else
        {
            var config = ManifestReference.Read(Required(root, "config"), "config");
            references[config.Digest] = config;
            configType = config.MediaType;
            AddAll(references, root, "layers", required: false);
        }
        var subject = Optional(root, "subject") is { } element ? ManifestReference.Read(element, "subject") : null;
        var artifactType = ReadString(root, "artifactType");
        return new(
            mediaType, [.. references.Values], subject?.Digest,
            string.IsNullOrEmpty(artifactType) ? configType : artifactType, ReadAnnotations(root));
    }

    private static string ReadMediaType(JsonElement root, string? contentType)
    {
        var declared = ReadString(root, "mediaType");
        if (contentType is not null && declared is not null && declared != contentType)
        {
            throw new InvalidManifestException(
                $"the Content-Type is {contentType}, but the manifest's mediaType is {declared}");
        }
        var version = Optional(root, "schemaVersion");
        var mediaType = contentType ?? declared;
        if ((mediaType is not null && MediaTypes.IsSchema1(mediaType)) || IsNumber(version, 1))
        {
            throw new InvalidManifestException(
                "Docker image manifest schema 1 is not supported: push with a client that writes schema 2 or OCI");
        }
        if (!IsNumber(version, 2))
        {
            throw new InvalidManifestException("schemaVersion must be 2");
        }
        mediaType ??= root.TryGetProperty("manifests", out _) ? MediaTypes.OciIndex : MediaTypes.OciManifest;
        return MediaTypes.IsManifest(mediaType)
            ? mediaType
            : throw new InvalidManifestException(
                $"{mediaType} is no manifest type known here; accepted are {MediaTypes.Manifests}. " +
                "An artifact of any type goes into an OCI image manifest with an artifactType");
    }

    private static bool IsNumber(JsonElement? element, int value) =>
        element is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var found) && found == value;

    /// <summary>CVE-2021-41190: a document that reads as an image and as an index must be neither.</summary>
    private static void RefuseAmbiguous(JsonElement root, bool isIndex)
    {
        if (Optional(root, "manifests") is not null)
        {
            foreach (var name in (string[])["layers", "config", "blobs", "fsLayers"])
            {
                if (Optional(root, name) is not null)
                {
                    throw new InvalidManifestException($"a manifest has either 'manifests' or '{name}', not both");
                }
            }
            if (!isIndex)
            {
                throw new InvalidManifestException("'manifests' belongs into an index, not into an image manifest");
            }
        }
        else if (Optional(root, "fsLayers") is not null)
        {
            throw new InvalidManifestException("'fsLayers' belongs to schema 1, which is not supported");
        }
    }

    private static void AddAll(
        Dictionary<Digest, ManifestReference> references, JsonElement root, string name, bool required)
    {
        // A null or absent list of layers is what Go writes for an empty one.
        var list = required ? Required(root, name) : Optional(root, name);
        if (list is not { } array)
        {
            return;
        }
        if (array.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidManifestException($"'{name}' must be an array of descriptors");
        }
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            var reference = ManifestReference.Read(item, $"{name}[{index++}]");
            if (references.TryGetValue(reference.Digest, out var known) && known.Size != reference.Size)
            {
                throw new InvalidManifestException($"{reference.Digest} is named twice, with different sizes");
            }
            // The same content may be a layer and a config: the stricter reading wins.
            if (known is null || known.MayBeMissing)
            {
                references[reference.Digest] = reference;
            }
        }
    }

    private static Dictionary<string, string>? ReadAnnotations(JsonElement root)
    {
        if (Optional(root, "annotations") is not { } element)
        {
            return null;
        }
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidManifestException("'annotations' must be an object of strings");
        }
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            annotations[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw new InvalidManifestException($"the annotation '{property.Name}' must be a string");
        }
        return annotations;
    }

    internal static string? ReadString(JsonElement parent, string name) =>
        Optional(parent, name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            _ => throw new InvalidManifestException($"'{name}' must be a string"),
        };

    private static JsonElement Required(JsonElement parent, string name) =>
        Optional(parent, name) ?? throw new InvalidManifestException($"'{name}' is missing");

    private static JsonElement? Optional(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;
}
