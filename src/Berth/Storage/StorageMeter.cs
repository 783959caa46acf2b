using System.Diagnostics;
using Berth.Collection;
using Berth.Telemetry;

namespace Berth.Storage;

/// <summary>
/// Counts the storage calls that one request makes, and how long they took, wherever in its flow they happen; and tells metrics
/// and traces of each.
/// </summary>
/// <param name="pace">What each call waits for; <see langword="null"/> for nothing.</param>
internal sealed class StorageMeter(CallPace? pace = null)
{
    private readonly AsyncLocal<StorageUse?> _current = new();

    /// <summary>Begins counting for the current flow of control.</summary>
    public StorageUse Begin() => _current.Value = new StorageUse();

    /// <param name="operation">The call's name in metrics and traces.</param>
    /// <param name="call">The call.</param>
    public async Task<T> CountAsync<T>(string operation, Func<Task<T>> call)
    {
        if (pace is not null)
        {
            await pace.WaitAsync();
        }
        var use = _current.Value;
        var span = BerthTraces.BeginCall(operation);
        var started = Stopwatch.GetTimestamp();
        Exception? failure = null;
        try
        {
            return await call();
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            use?.Add(elapsed);
            BerthMetrics.CallEnds(operation, elapsed, failure);
            BerthTraces.EndCall(span, failure);
        }
    }

    /// <inheritdoc cref="CountAsync{T}"/>
    public Task CountAsync(string operation, Func<Task> call) => CountAsync(operation, async () =>
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
