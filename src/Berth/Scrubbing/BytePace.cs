namespace Berth.Scrubbing;

/// <summary>Lets so many bytes pass in a second, and no more, all who read together.</summary>
internal sealed class BytePace(long? bytesPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _free = time.GetTimestamp();

    /// <summary>Waits until these bytes may be read.</summary>
    public Task WaitAsync(int count, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
        {
            return Task.CompletedTask;
        }
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var start = Math.Max(_free, now);
            _free = start + (long)((double)count / rate * time.TimestampFrequency);
            wait = time.GetElapsedTime(now, start);
        }
        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }
}
