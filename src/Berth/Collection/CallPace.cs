namespace Berth.Collection;

/// <summary>Spreads the calls to a store over time, so that requests do not wait for a collection.</summary>
/// <param name="perSecond">The most calls per second; 0 for no bound.</param>
/// <param name="time">The clock.</param>
internal sealed class CallPace(int perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _step = perSecond == 0 ? 0 : time.TimestampFrequency / perSecond;
    private long _next = time.GetTimestamp();
    private long _calls;

    /// <summary>How many calls there were.</summary>
    public long Calls => Volatile.Read(ref _calls);

    /// <summary>Waits for the turn of a call.</summary>
    public async Task WaitAsync()
    {
        Interlocked.Increment(ref _calls);
        long turn;
        long now;
        lock (_lock)
        {
            now = time.GetTimestamp();
            turn = _next = Math.Max(now, _next + _step);
        }
        if (turn > now)
        {
            await Task.Delay(time.GetElapsedTime(now, turn), time);
        }
    }
}
