namespace Berth.Guarantees.Tests.Promises;

/// <summary>What a client can be told about.</summary>
internal enum FactKind
{
    /// <summary>A repository holds a blob.</summary>
    Blob,

    /// <summary>A repository holds a manifest.</summary>
    Manifest,

    /// <summary>What a tag names.</summary>
    Tag,

    /// <summary>A manifest is listed among the referrers of another.</summary>
    Referrer,
}

/// <summary>Something that is so or otherwise, and that a write decides.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Repository">Where.</param>
/// <param name="Name">A digest, or a tag.</param>
/// <param name="Subject">The digest of a referrer's subject.</param>
internal sealed record Fact(FactKind Kind, string Repository, string Name, string? Subject = null);
