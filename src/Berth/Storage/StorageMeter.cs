using System.Diagnostics;
using Berth.Collection;

namespace Berth.Storage;

/// <summary>Counts the storage calls that one request makes, and how long they took, wherever in its flow they happen.</summary>
/// <param name="pace">What each call waits for; <see langword="null"/> for nothing.</param>
internal sealed class StorageMeter(CallPace? pace = null)
{
    private readonly AsyncLocal<StorageUse?> _current = new();

    /// <summary>Begins counting for the current flow of control.</summary>
    public StorageUse Begin() => _current.Value = new StorageUse();

    public async Task<T> CountAsync<T>(Func<Task<T>> call)
    {
        if (pace is not null)
        {
            await pace.WaitAsync();
        }
        var use = _current.Value;
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await call();
        }
        finally
        {
            use?.Add(Stopwatch.GetElapsedTime(started));
        }
    }

    public Task CountAsync(Func<Task> call) => CountAsync(async () =>
    {
        await call();
        return true;
    });
}

/// <summary>What one request used.</summary>
internal sealed class StorageUse
{
    private int _calls;
    private long _ticks;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The sum over all calls; calls in flight together add up.</summary>
    public TimeSpan Time => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    public void Add(TimeSpan elapsed)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _ticks, elapsed.Ticks);
    }
}
