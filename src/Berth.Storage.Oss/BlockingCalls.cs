namespace Berth.Storage.Oss;

/// <summary>
/// Runs calls that block on threads of their own, a bounded number of them, so that a service that answers slowly holds
/// up nobody but those who wait for it: the thread pool, which serves all requests, lends it nothing.
/// </summary>
/// <remarks>
/// A caller that cancels leaves at once; its call, which nothing can stop, ends on its own thread. A call that runs
/// beyond its time is given up, and its thread replaced: up to as many again as there are threads.
/// </remarks>
/// <param name="name">What the threads are called.</param>
/// <param name="most">How many calls run together.</param>
/// <param name="mostWaiting">How many more wait; beyond that the store is busy.</param>
/// <param name="longestWait">How long one waits to begin.</param>
/// <param name="longestRun">How long one may run, from its beginning.</param>
/// <param name="time">The clock of both.</param>
internal sealed class BlockingCalls(
    string name, int most, int mostWaiting, TimeSpan longestWait, TimeSpan longestRun, TimeProvider time)
{
    /// <summary>How long a thread stays without work.</summary>
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(20);

    private readonly object _gate = new();
    private readonly LinkedList<Call> _waiting = [];

    /// <summary>Threads that take calls, those that wait for one among them, and those whose call was given up.</summary>
    private int _threads;
    private int _idle;
    private int _lost;

    /// <summary>Runs a call.</summary>
    /// <exception cref="StorageException">Too many run and wait already, or it took too long.</exception>
    /// <exception cref="OperationCanceledException">The caller left. The call may run on.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = new Call<T>(work);
        lock (_gate)
        {
            if (_waiting.Count >= mostWaiting)
                throw Busy();
            call.Place = _waiting.AddLast(call);
            call.Timer = time.CreateTimer(_ => GiveUp(call), null, longestWait, Timeout.InfiniteTimeSpan);
            StartOnNeed();
            Monitor.Pulse(_gate);
        }

        await using (cancellationToken.Register(() => Leave(call, cancellationToken)))
            return await call.Result;
    }

    private static StorageException Busy() =>
        new("OSS is slow: too many calls wait for it already") { IsThrottled = true };

    private void Serve()
    {
        while (Next() is { } call)
        {
            call.Run();
            lock (_gate)
            {
                call.Timer?.Dispose();
                call.HasEnded = true;
                if (call.IsLost)
                {
                    _lost--;
                    return; // another thread has this one's place
                }
            }
        }
    }

    private Call? Next()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                _idle++;
                var isCalled = Monitor.Wait(_gate, LongestIdle);
                _idle--;
                if (!isCalled && _waiting.Count == 0)
                {
                    _threads--;
                    return null;
                }
            }

            var call = _waiting.First!.Value;
            _waiting.RemoveFirst();
            call.Place = null;
            call.HasBegun = true;
            call.Timer?.Change(longestRun, Timeout.InfiniteTimeSpan);
            return call;
        }
    }

    private void Leave(Call call, CancellationToken cancellationToken)
    {
        lock (_gate)
            Withdraw(call);
        call.Cancel(cancellationToken);
    }

    private void GiveUp(Call call)
    {
        StorageException reason;
        lock (_gate)
        {
            if (!call.HasBegun)
            {
                Withdraw(call);
                reason = Busy();
            }
            else if (call.HasEnded || call.IsLost)
            {
                return;
            }
            else
            {
                reason = new("OSS did not answer in time");
                if (_lost < most)
                {
                    call.IsLost = true;
                    _lost++;
                    _threads--;
                    StartOnNeed();
                }
            }
        }

        call.Fail(reason);
    }

    private void StartOnNeed()
    {
        if (_idle >= _waiting.Count || _threads == most)
            return;
        new Thread(Serve) { IsBackground = true, Name = name }.UnsafeStart();
        _threads++;
    }

    /// <summary>Takes a call back that has not begun.</summary>
    private void Withdraw(Call call)
    {
        if (call.Place is not { } place)
            return;
        _waiting.Remove(place);
        call.Place = null;
        call.Timer?.Dispose();
    }

    private abstract class Call
    {
        public LinkedListNode<Call>? Place { get; set; }

        public ITimer? Timer { get; set; }

        public bool HasBegun { get; set; }

        public bool HasEnded { get; set; }

        /// <summary>Whether its thread no longer counts.</summary>
        public bool IsLost { get; set; }

        public abstract void Run();

        public abstract void Cancel(CancellationToken cancellationToken);

        public abstract void Fail(Exception reason);
    }

    private sealed class Call<T>(Func<T> work) : Call
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        public override void Run()
        {
            try
            {
                var result = work();
                if (!_result.TrySetResult(result))
                    (result as IDisposable)?.Dispose(); // nobody waits for it any more
            }
            catch (Exception e) // whatever the SDK throws is the caller's to judge; a thread must not end by it
            {
                _result.TrySetException(e);
            }
        }

        public override void Cancel(CancellationToken cancellationToken) => _result.TrySetCanceled(cancellationToken);

        public override void Fail(Exception reason) => _result.TrySetException(reason);
    }
}
