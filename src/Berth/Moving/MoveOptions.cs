using Berth.Content;

namespace Berth.Moving;

/// <summary>What is moved, and how.</summary>
public sealed record MoveOptions
{
    /// <summary>The repositories that are moved. Default: none named, which is all.</summary>
    public IReadOnlyList<RepositoryPattern> Repositories { get; init; } = [];

    /// <summary>Whether nothing is written, only found out. Blobs are not read then, and so not verified. Default: false.</summary>
    public bool DryRun { get; init; }

    /// <summary>Takes blobs over where they are; <see langword="null"/> to copy them. Default: <see langword="null"/>.</summary>
    public Adoption? Adoption { get; init; }

    /// <summary>Whether blobs that are taken over are read and hashed before; what is copied always is. Default: true.</summary>
    public bool VerifyAdopted { get; init; } = true;

    /// <summary>Whether a tag that names something else in the destination stays as it is. Default: false.</summary>
    public bool KeepTags { get; init; }

    /// <summary>Whether a manifest is moved though the source has not all that it names. Default: false.</summary>
    public bool AllowMissingReferences { get; init; }

    /// <summary>How many blobs are copied together, each with about 50 MiB of memory. Default: 6.</summary>
    public int BlobsTogether { get; init; } = 6;
}
