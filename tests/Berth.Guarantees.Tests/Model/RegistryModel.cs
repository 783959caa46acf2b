using System.Text.Json.Nodes;

namespace Berth.Guarantees.Tests.Model;

/// <summary>What the spec says a registry holds: nothing here knows how Berth keeps it.</summary>
internal sealed class RegistryModel
{
    public SortedDictionary<string, RepositoryModel> Repositories { get; } = new(StringComparer.Ordinal);

    public RepositoryModel this[string name]
    {
        get
        {
            if (!Repositories.TryGetValue(name, out var repository))
                Repositories.Add(name, repository = new());
            return repository;
        }
    }
}

/// <summary>One repository.</summary>
internal sealed class RepositoryModel
{
    /// <summary>Whether a manifest was ever pushed to it: it is listed from then on.</summary>
    public bool Exists { get; set; }

    public SortedDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>When a client was last told that a blob is there.</summary>
    public Dictionary<string, DateTimeOffset> Assured { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ManifestModel> Manifests { get; } = new(StringComparer.Ordinal);

    /// <summary>Every blob and manifest that it has held, by what a client asks for it with.</summary>
    public Dictionary<string, byte[]> SeenBlobs { get; } = new(StringComparer.Ordinal);

    public HashSet<(Recipe Recipe, string Digest)> SeenManifests { get; } = [];

    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>The size of what a manifest may name; <see langword="null"/> where it is not there.</summary>
    public long? SizeOf(string digest) =>
        Manifests.TryGetValue(digest, out var manifest) ? manifest.Bytes.Length
        : Blobs.TryGetValue(digest, out var blob) ? blob.Length
        : null;

    public void Add(string digest, byte[] blob, DateTimeOffset now)
    {
        (Blobs[digest], Assured[digest]) = (blob, now);
        SeenBlobs[digest] = blob;
    }

    public void Add(string digest, ManifestModel manifest)
    {
        Exists = true;
        Manifests[digest] = manifest;
        SeenManifests.Add((manifest.Recipe, digest));
    }

    public void DeleteManifest(string digest)
    {
        Manifests.Remove(digest);
        foreach (var tag in Tags.Where(tag => tag.Value == digest).Select(tag => tag.Key).ToList())
            Tags.Remove(tag);
    }

    /// <summary>Whether a manifest of the repository names a digest.</summary>
    public bool IsNamed(string digest) =>
        Manifests.Values.Any(manifest => manifest.Recipe.Needs.Any(need => need.Digest == digest));

    /// <summary>The descriptors of those whose subject this is, in the order of their digests.</summary>
    public IEnumerable<(string Digest, JsonObject Descriptor)> Referrers(string subject) =>
        Manifests.Where(one => one.Value.Recipe.Subject == subject).Select(one => (one.Key, one.Value.Describe(one.Key)));
}

/// <summary>A manifest as it was pushed.</summary>
internal sealed record ManifestModel(Recipe Recipe, string MediaType)
{
    public byte[] Bytes => Recipe.Bytes;

    public JsonObject Describe(string digest)
    {
        var descriptor = new JsonObject { ["mediaType"] = MediaType, ["digest"] = digest, ["size"] = Bytes.Length };
        if (Recipe.ArtifactType is { } type)
            descriptor["artifactType"] = type;
        if (Recipe.Annotations is { } annotations)
            descriptor["annotations"] = annotations.DeepClone();
        return descriptor;
    }
}

/// <summary>An upload as its client knows it.</summary>
internal sealed class UploadModel
{
    public required string Id { get; init; }

    public required string Repository { get; init; }

    /// <summary>What its client wants to upload.</summary>
    public required byte[] Target { get; init; }

    public required string Algorithm { get; set; }

    public bool IsLive { get; set; } = true;

    /// <summary>Of one that has ended: the blob that it became.</summary>
    public string? Published { get; set; }

    public byte[]? Content { get; set; }

    /// <summary>When bytes of it were last saved, or when it ended.</summary>
    public required DateTimeOffset Changed { get; set; }

    public int Offset { get; set; }

    /// <summary>The last request that should have finished it.</summary>
    public Request? LastPut { get; set; }

    public string Path => $"/v2/{Repository}/blobs/uploads/{Id}";

    /// <summary>What the registry says of the bytes that it holds; it has no way to say that there is none.</summary>
    public string Range => $"0-{Math.Max(0, Offset - 1)}";
}
