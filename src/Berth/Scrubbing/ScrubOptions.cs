namespace Berth.Scrubbing;

/// <summary>How a store is scrubbed.</summary>
public sealed record ScrubOptions
{
    /// <summary>How many bytes are read in a second; <see langword="null"/> for as many as can be. Default: <see langword="null"/>.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>How many objects are read at once, each with 256 KiB of memory. Default: 4.</summary>
    public int Together { get; init; } = 4;

    /// <summary>Whether to begin anew where an earlier run was ended. Default: false, so that it goes on.</summary>
    public bool Restart { get; init; }

    /// <summary>Whether nothing is written: no marks, and no note of how far it came. Default: false.</summary>
    public bool DryRun { get; init; }
}
