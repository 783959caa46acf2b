namespace Berth.Storage.Oss;

/// <summary>When something was read, by two clocks.</summary>
/// <remarks>
/// Of which the one that says longer is believed: the monotonic one stands still while a serverless host is frozen, the
/// other one may be set back.
/// </remarks>
internal readonly record struct Moment(long Timestamp, DateTimeOffset Wall)
{
    /// <summary>How long what was read may be acted upon; <see cref="OssRecords"/> says why.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Now, to be taken before reading.</summary>
    public static Moment Now(TimeProvider time) => new(time.GetTimestamp(), time.GetUtcNow());

    /// <summary>Whether it was just now.</summary>
    public bool IsRecent(TimeProvider time)
    {
        var byWall = time.GetUtcNow() - Wall;
        return time.GetElapsedTime(Timestamp) < Longest && byWall < Longest && byWall > -Longest;
    }
}
