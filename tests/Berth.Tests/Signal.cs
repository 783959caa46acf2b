namespace Berth.Tests;

/// <summary>Wakes those who wait for a condition whenever it may have changed; nobody sleeps or spins.</summary>
public sealed class Signal
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private TaskCompletionSource _next = NewSource();

    public void Fire() => Interlocked.Exchange(ref _next, NewSource()).SetResult();

    /// <summary>Waits until there is a value.</summary>
    public async Task<T> UntilAsync<T>(Func<T?> find)
        where T : class
    {
        while (true)
        {
            var next = Volatile.Read(ref _next).Task;
            if (find() is { } found)
            {
                return found;
            }
            await next.WaitAsync(Deadline);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
