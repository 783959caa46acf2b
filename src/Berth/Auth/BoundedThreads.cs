namespace Berth.Auth;

/// <summary>Does what takes long, or waits for others, on a bounded number of threads of its own.</summary>
/// <remarks>The thread pool has about as many threads as there are cores, and other requests need them.</remarks>
public sealed class BoundedThreads
{
    /// <summary>Long enough for a good part of the queue to be done.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _slots;
    private readonly int _most;
    private int _count;

    /// <summary>Creates it without any thread.</summary>
    /// <param name="concurrency">How much is done at a time; at least 1.</param>
    /// <param name="queue">How much more may wait.</param>
    public BoundedThreads(int concurrency, int queue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(queue);
        (_slots, _most) = (new(concurrency), concurrency + queue);
    }

    /// <summary>Does some work, in its turn.</summary>
    /// <exception cref="PasswordsBusyException">As much as may wait already does. Thrown at once.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Interlocked.Increment(ref _count) > _most)
        {
            Interlocked.Decrement(ref _count);
            throw new PasswordsBusyException(RetryAfter);
        }
        return RunInTurnAsync(work);
    }

    private async Task<T> RunInTurnAsync<T>(Func<T> work)
    {
        await _slots.WaitAsync();
        try
        {
            return await Task.Factory.StartNew(
                work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            _slots.Release();
            Interlocked.Decrement(ref _count);
        }
    }
}
