using System.Runtime.CompilerServices;

namespace Berth.Storage.Oss;

/// <summary>Remembers when versions were read, by the very strings that were handed out.</summary>
/// <remarks>
/// By two clocks, of which the one that says longer is believed: the monotonic one stands still while a serverless host is
/// frozen, the other one may be set back.
/// </remarks>
internal sealed class VersionAges(TimeProvider time)
{
    /// <summary>How long a version may be swapped without reading it again; <see cref="OssRecords"/> says why.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly ConditionalWeakTable<string, Reading> _readings = [];

    /// <summary>Now, to be taken before reading.</summary>
    public Moment Now => new(time.GetTimestamp(), time.GetUtcNow());

    /// <summary>The version to hand out.</summary>
    public string Remember(RecordKey key, Generation generation, Moment read)
    {
        var version = generation.ToString();
        _readings.Add(version, new(key, read));
        return version;
    }

    /// <summary>Whether a record's version was read just now. One that came by another way is not known, and so was not.</summary>
    public bool IsFresh(RecordKey key, string version)
    {
        if (!_readings.TryGetValue(version, out var reading) || reading.Key != key)
            return false;
        var byWall = time.GetUtcNow() - reading.Read.Wall;
        return time.GetElapsedTime(reading.Read.Timestamp) < Longest && byWall < Longest && byWall > -Longest;
    }

    /// <summary>A moment by both clocks.</summary>
    public readonly record struct Moment(long Timestamp, DateTimeOffset Wall);

    private sealed record Reading(RecordKey Key, Moment Read);
}
