using System.Runtime.CompilerServices;

namespace Berth.Storage.Oss;

/// <summary>Remembers when versions were read, by the very strings that were handed out.</summary>
internal sealed class VersionAges(TimeProvider time)
{
    private readonly ConditionalWeakTable<string, Reading> _readings = [];

    /// <summary>The version to hand out.</summary>
    public string Remember(RecordKey key, Generation generation, Moment read)
    {
        var version = generation.ToString();
        _readings.Add(version, new(key, read));
        return version;
    }

    /// <summary>When a record's version was read, if that was just now. One that came by another way is not known.</summary>
    public Moment? RecentReading(RecordKey key, string version) =>
        _readings.TryGetValue(version, out var reading) && reading.Key == key && reading.Read.IsRecent(time)
            ? reading.Read : null;

    private sealed record Reading(RecordKey Key, Moment Read);
}
