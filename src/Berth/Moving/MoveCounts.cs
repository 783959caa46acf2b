namespace Berth.Moving;

/// <summary>What became of one thing.</summary>
public enum MoveStep
{
    /// <summary>The blob's bytes were copied.</summary>
    BlobCopied,

    /// <summary>The blob's bytes were taken over where they are.</summary>
    BlobAdopted,

    /// <summary>The destination had the blob, now the repository does too.</summary>
    BlobLinked,

    /// <summary>The repository had the blob already.</summary>
    BlobPresent,

    /// <summary>The manifest was copied.</summary>
    ManifestCopied,

    /// <summary>The repository had the manifest already.</summary>
    ManifestPresent,

    /// <summary>The manifest is now listed as a referrer of its subject.</summary>
    ReferrerAdded,

    /// <summary>The tag is new.</summary>
    TagCreated,

    /// <summary>The tag named something else before.</summary>
    TagReplaced,

    /// <summary>The tag names something else, and was kept.</summary>
    TagKept,

    /// <summary>The tag named the same manifest already.</summary>
    TagPresent,

    /// <summary>Something was left out: there is a <see cref="MoveProblem"/>.</summary>
    LeftOut,
}

/// <summary>How many things went which way. Any number of threads may count.</summary>
public sealed class MoveCounts
{
    private readonly long[] _things = new long[Enum.GetValues<MoveStep>().Length];
    private readonly long[] _bytes = new long[Enum.GetValues<MoveStep>().Length];

    /// <summary>How many things.</summary>
    public long this[MoveStep step] => Interlocked.Read(ref _things[(int)step]);

    /// <summary>How many bytes, of blobs.</summary>
    public long BytesOf(MoveStep step) => Interlocked.Read(ref _bytes[(int)step]);

    /// <summary>Whether anything was changed in the destination.</summary>
    public bool HasChanges =>
        this[MoveStep.BlobCopied] + this[MoveStep.BlobAdopted] + this[MoveStep.BlobLinked]
            + this[MoveStep.ManifestCopied] + this[MoveStep.ReferrerAdded]
            + this[MoveStep.TagCreated] + this[MoveStep.TagReplaced] > 0;

    internal void Add(MoveStep step, long bytes = 0)
    {
        Interlocked.Increment(ref _things[(int)step]);
        Interlocked.Add(ref _bytes[(int)step], bytes);
    }

    internal void Add(MoveCounts other)
    {
        foreach (var step in Enum.GetValues<MoveStep>())
        {
            Interlocked.Add(ref _things[(int)step], other[step]);
            Interlocked.Add(ref _bytes[(int)step], other.BytesOf(step));
        }
    }
}
