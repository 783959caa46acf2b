namespace Berth.Collection;

/// <summary>What an operator decides about garbage. Bound once by the host and validated at start.</summary>
public sealed record CollectionOptions
{
    /// <summary>Whether this host collects garbage by itself. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// How long whatever nothing uses stays usable after it was noticed. Every host and tool over one store needs the same.
    /// Default: 25 hours, which is the promised day and an hour for clocks that differ. Less than 10 minutes is for tests: a
    /// request that waits longer than half of it between two of its own calls to the store may be refused (503).
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(25);

    /// <summary>The time from the end of one collection to the start of the next. Default: a day.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long an upload can be resumed after the last byte that was saved. Default: 7 days.</summary>
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long a manifest stays that no tag and no other manifest names and that is about none; <see langword="null"/> to keep
    /// them. Counted from when a collection first found it so. Default: <see langword="null"/>.
    /// </summary>
    public TimeSpan? UntaggedAge { get; init; }

    /// <summary>The most calls per second that a collection makes to the store. Default: 100.</summary>
    public int CallsPerSecond { get; init; } = 100;
}
