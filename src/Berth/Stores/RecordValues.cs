using Berth.Content;

namespace Berth.Stores;

/// <summary>What a tag names.</summary>
internal sealed record TagRecord(string Digest, string MediaType, long Size, DateTimeOffset Pushed);

/// <summary>That a repository exists.</summary>
internal sealed record RepositoryRecord(DateTimeOffset Created);

/// <summary>Where a blob's content is.</summary>
/// <param name="Object">The object's key.</param>
/// <param name="Size">Size in bytes.</param>
internal sealed record StoredBlob(string Object, long Size)
{
    /// <summary>When a collection found that nothing uses it; <see langword="null"/> while it is live.</summary>
    public DateTimeOffset? Condemned { get; init; }

    /// <summary>Of a blob's own record: its object is being deleted. Nothing brings that back; another takes its place.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>
    /// When a scrub found that the object is not what it was; <see langword="null"/> while it is. The blob is unknown to everybody
    /// until somebody pushes it again.
    /// </summary>
    public DateTimeOffset? Damaged { get; init; }
}

/// <summary>What is known of a manifest beside its bytes.</summary>
/// <param name="MediaType">The Content-Type it was pushed with.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Subject">The manifest that it is about.</param>
/// <param name="Object">The object that holds the bytes; <see langword="null"/> where they follow in the record.</param>
internal sealed record ManifestRecord(string MediaType, long Size, string? Subject, string? Object)
{
    /// <summary>When it was deleted: the record stays for a while without the bytes, so that a push at the same time notices.</summary>
    public DateTimeOffset? Deleted { get; init; }

    /// <summary>When a collection found that nothing names it; <see langword="null"/> while something does.</summary>
    public DateTimeOffset? Condemned { get; init; }
}

/// <summary>The answer of tags/list.</summary>
internal sealed record TagList(string Name, IReadOnlyList<string> Tags);

/// <summary>The answer of _catalog.</summary>
internal sealed record RepositoryList(IReadOnlyList<string> Repositories);

/// <summary>The answer of the referrers API: an OCI image index.</summary>
internal sealed record ReferrerIndex(int SchemaVersion, string MediaType, IReadOnlyList<Descriptor> Manifests);
