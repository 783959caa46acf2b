namespace Berth.Stores;

/// <summary>
/// How long the collector leaves alone what it has condemned, and so how long a writer may rely on a record that it read as
/// live: half of it, as the other half is for clocks.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="length">The grace of <see cref="Collection.CollectionOptions"/>.</param>
internal sealed class GracePeriod(TimeProvider time, TimeSpan length)
{
    private readonly TimeSpan _half = length / 2;

    public TimeSpan Length => length;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A point in time for <see cref="IsHalfOver(long)"/>, on a clock that nobody sets.</summary>
    public long Mark() => time.GetTimestamp();

    /// <summary>Whether so much time has passed that what was read then may be gone by now.</summary>
    public bool IsHalfOver(long mark) => time.GetElapsedTime(mark) > _half;

    /// <inheritdoc cref="IsHalfOver(long)"/>
    /// <param name="moment">A time that a record names.</param>
    public bool IsHalfOver(DateTimeOffset moment) => time.GetUtcNow() - moment > _half;
}
