namespace Berth.Scrubbing;

/// <summary>What a scrub has found so far, earlier runs that it goes on from included.</summary>
public sealed record ScrubReport
{
    /// <summary>How many findings are listed; all are counted.</summary>
    public const int MostFindings = 1000;

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>How many blobs were read.</summary>
    public long Blobs { get; init; }

    /// <summary>How many manifests were read.</summary>
    public long Manifests { get; init; }

    /// <summary>How many bytes both have.</summary>
    public long Bytes { get; init; }

    /// <summary>How many blobs and manifests are damaged, missing or cannot be read.</summary>
    public long Damaged { get; init; }

    /// <summary>How many marks of damage were taken away because the content is whole again.</summary>
    public long Restored { get; init; }

    /// <summary>What is wrong, up to <see cref="MostFindings"/>.</summary>
    public IReadOnlyList<ScrubFinding> Findings { get; init; } = [];

    internal ScrubReport With(ScrubResult result) => this with
    {
        Blobs = Blobs + result.Blobs,
        Manifests = Manifests + result.Manifests,
        Bytes = Bytes + result.Bytes,
        Damaged = Damaged + (result.Finding is null ? 0 : 1),
        Restored = Restored + result.Restored,
        Findings = result.Finding is { } finding && Findings.Count < MostFindings ? [.. Findings, finding] : Findings,
    };
}

/// <summary>A blob or a manifest that is not what it was.</summary>
/// <param name="Kind"><c>blob</c> or <c>manifest</c>.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Problem">What is wrong with it, in words.</param>
/// <param name="Repositories">The repositories that hold it, in ordinal order.</param>
/// <param name="IsQuarantined">Whether it is answered as unknown from now on, so that clients push it again.</param>
public sealed record ScrubFinding(
    string Kind, string Digest, string Problem, IReadOnlyList<string> Repositories, bool IsQuarantined)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Kind} {Digest}: {Problem}; held by {(Repositories.Count == 0 ? "no repository" : string.Join(", ", Repositories))}";
}

/// <summary>What one blob or manifest adds to a report.</summary>
internal sealed record ScrubResult
{
    public long Blobs { get; init; }

    public long Manifests { get; init; }

    public long Bytes { get; init; }

    public long Restored { get; init; }

    public ScrubFinding? Finding { get; init; }
}

/// <summary>How far a scrub came.</summary>
/// <param name="Partition">The partition that was the last to be done.</param>
/// <param name="Row">Its last row.</param>
/// <param name="IsInManifests">Whether the blobs are done.</param>
/// <param name="Report">What was found until then.</param>
internal sealed record ScrubRecord(string? Partition, string? Row, bool IsInManifests, ScrubReport Report);
