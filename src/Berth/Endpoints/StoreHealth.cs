using Berth.Telemetry;

namespace Berth.Endpoints;

/// <summary>Asks the stores whether they answer, no more often than once a second however many probes there are.</summary>
/// <param name="checks">What to ask, by the store's name.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreHealth(
    IReadOnlyList<(string Store, Func<CancellationToken, Task> Check)> checks, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly DateTimeOffset?[] _failingSince = new DateTimeOffset?[checks.Count];
    private Task<StoreState[]>? _latest;
    private long _finished;
    private Exception? _untold;

    /// <summary>How each store is, or was within the last second.</summary>
    public Task<StoreState[]> CheckAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_latest is null
                || (_latest.IsCompleted && time.GetElapsedTime(Interlocked.Read(ref _finished)) >= Fresh))
            {
                _latest = RunAsync();
            }
            return _latest.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Why a store began to fail: once, for the log.</summary>
    public Exception? TakeReason() => Interlocked.Exchange(ref _untold, null);

    private async Task<StoreState[]> RunAsync()
    {
        var states = await Task.WhenAll(Enumerable.Range(0, checks.Count).Select(AskAsync));
        Interlocked.Exchange(ref _finished, time.GetTimestamp());
        return states;
    }

    private async Task<StoreState> AskAsync(int index)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        string? problem = null;
        Exception? reason = null;
        try
        {
            await checks[index].Check(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception exception) when (limit.IsCancellationRequested)
        {
            (problem, reason) = ("timeout", exception);
        }
        catch (Exception exception)
        {
            (problem, reason) = (BerthMetrics.KindOf(exception), exception);
        }
        if (reason is not null && _failingSince[index] is null)
        {
            Interlocked.Exchange(ref _untold, reason);
        }
        _failingSince[index] = problem is null ? null : _failingSince[index] ?? time.GetUtcNow();
        return new(checks[index].Store, problem, _failingSince[index]);
    }
}
