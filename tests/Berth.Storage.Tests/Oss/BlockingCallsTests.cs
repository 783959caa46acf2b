using Berth.Storage.Oss;

namespace Berth.Storage.Tests.Oss;

/// <summary>Calls that block, on threads of their own.</summary>
public sealed class BlockingCallsTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private readonly ManualResetEventSlim _released = new();
    private readonly SetTime _time = new();

    private static CancellationToken None => CancellationToken.None;

    public void Dispose()
    {
        _released.Set();
        _released.Dispose();
    }

    [Fact]
    public async Task A_call_runs_on_a_thread_that_is_not_the_pools_and_its_exception_comes_out()
    {
        var calls = New(most: 2, waiting: 2);

        Assert.False(await calls.RunAsync(() => Thread.CurrentThread.IsThreadPoolThread, None));
        await Assert.ThrowsAsync<FormatException>(() => calls.RunAsync<int>(() => throw new FormatException(), None));
        Assert.Equal(3, await calls.RunAsync(() => 3, None));
    }

    [Fact]
    public async Task No_more_calls_run_together_than_there_are_threads()
    {
        var calls = New(most: 3, waiting: 100);
        var (running, most) = (0, 0);
        var gate = new Lock();

        await Race.AllAsync(40, async _ => await calls.RunAsync(
            () =>
            {
                lock (gate)
                {
                    most = Math.Max(most, ++running);
                }

                Thread.Yield();
                lock (gate)
                {
                    running--;
                }

                return true;
            },
            None));

        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task A_full_queue_is_busy_and_takes_calls_again_when_it_is_not()
    {
        var calls = New(most: 2, waiting: 3);
        var stuck = await StartAsync(calls, 2);
        var waiting = Enumerable.Range(0, 3).Select(number => calls.RunAsync(() => number, None)).ToArray();

        var busy = await Assert.ThrowsAsync<StorageException>(() => calls.RunAsync(() => 9, None));
        Assert.True(busy.IsThrottled);

        _released.Set();
        var answers = await Task.WhenAll(waiting);
        Assert.Equal([0, 1, 2], answers);
        await Task.WhenAll(stuck);
        Assert.Equal(9, await calls.RunAsync(() => 9, None));
    }

    [Fact]
    public async Task A_cancelled_call_returns_at_once_while_its_thread_goes_on()
    {
        var calls = New(most: 1, waiting: 3);
        using var cancellation = new CancellationTokenSource();
        var running = (await StartAsync(calls, 1, cancellation.Token))[0];
        using var waitingCancellation = new CancellationTokenSource();
        var (wasCalled, waiting) = (false, calls.RunAsync(() => true, None));
        var withdrawn = calls.RunAsync(() => wasCalled = true, waitingCancellation.Token);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await waitingCancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);

        Assert.False(waiting.IsCompleted);
        _released.Set();
        Assert.True(await waiting);
        Assert.False(wasCalled);
    }

    [Fact]
    public async Task A_cancelled_call_that_waits_gives_its_place_back()
    {
        var calls = New(most: 1, waiting: 1);
        await StartAsync(calls, 1);
        for (var round = 0; round < 10; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var waiting = calls.RunAsync(() => true, cancellation.Token);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_given_up_and_another_thread_takes_its_place()
    {
        var calls = New(most: 1, waiting: 10, longestRun: TimeSpan.FromSeconds(10));
        var stuck = (await StartAsync(calls, 1))[0];
        var waiting = calls.RunAsync(() => true, None);

        _time.Move(TimeSpan.FromSeconds(11));
        var late = await Assert.ThrowsAsync<StorageException>(() => stuck);
        Assert.False(late.IsThrottled);
        Assert.True(await waiting);

        // One thread for the stuck call and one more for each there may be: then calls wait, and are told so.
        var second = (await StartAsync(calls, 1))[0];
        var last = calls.RunAsync(() => true, None);
        _time.Move(TimeSpan.FromSeconds(11));
        await Assert.ThrowsAsync<StorageException>(() => second);
        Assert.False(last.IsCompleted);
        _time.Move(Long);
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => last)).IsThrottled);

        _released.Set();
        Assert.Equal(5, await calls.RunAsync(() => 5, None));
    }

    [Fact]
    public async Task What_a_call_brings_after_its_caller_has_left_is_disposed_of()
    {
        var calls = New(most: 1, waiting: 1);
        using var brought = new SemaphoreSlim(0);
        using var cancellation = new CancellationTokenSource();
        var began = new TaskCompletionSource();
        var running = calls.RunAsync(
            () =>
            {
                began.SetResult();
                _released.Wait();
                return new Disposed(brought);
            },
            cancellation.Token);
        await began.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        _released.Set();
        Assert.True(await brought.WaitAsync(Long));
    }

    private BlockingCalls New(int most, int waiting, TimeSpan? longestRun = null) =>
        new("test", most, waiting, Long, longestRun ?? Long, _time);

    /// <summary>Calls that have begun, and run until they are released.</summary>
    private async Task<Task<bool>[]> StartAsync(BlockingCalls calls, int count, CancellationToken cancellationToken = default)
    {
        using var began = new SemaphoreSlim(0);
        Task<bool>[] running =
        [
            .. Enumerable.Range(0, count).Select(_ => calls.RunAsync(
                () =>
                {
                    began.Release();
                    _released.Wait();
                    return true;
                },
                cancellationToken)),
        ];
        foreach (var _ in running)
        {
            Assert.True(await began.WaitAsync(Long, CancellationToken.None));
        }

        return running;
    }

    private sealed class Disposed(SemaphoreSlim told) : IDisposable
    {
        public void Dispose() => told.Release();
    }
}
