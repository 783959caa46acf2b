using System.Collections.Concurrent;
using Azure.Storage.Blobs.Models;
using Berth.Storage.Azure;
using Microsoft.Extensions.Logging;

namespace Berth.Storage.Tests.Azure;

/// <summary>The key that signs URLs, over days, with a service that fails at times.</summary>
public sealed class DelegationKeysTests
{
    private static readonly TimeSpan Url = TimeSpan.FromMinutes(20);

    private readonly SetTime _time = new();
    private readonly Queue<TaskCompletionSource<bool>> _answers = new();
    private readonly WarningLog _log = new();
    private readonly DelegationKeys _keys;
    private int _fetched;
    private DateTimeOffset _lastBegan;

    public DelegationKeysTests() => _keys = new(FetchAsync, _time, _log);

    [Fact]
    public async Task One_key_serves_until_it_is_renewed_in_time()
    {
        Answer(true);
        var first = await GetAsync();
        Assert.Equal(_time.GetUtcNow() + DelegationKeys.Life, first.SignedExpiresOn);
        Assert.True(first.SignedStartsOn <= _time.GetUtcNow());

        _time.Pass(DelegationKeys.Life - DelegationKeys.RenewWhenLeft);
        Assert.Same(first, await GetAsync());
        Assert.Equal(1, _fetched);

        _time.Pass(TimeSpan.FromSeconds(1));
        var renewal = Hold();
        Assert.Same(first, await GetAsync()); // does not wait
        Assert.Same(first, await GetAsync()); // does not ask twice
        renewal.SetResult(true);
        await UntilAsync(async () => await GetAsync() != first);
        Assert.Equal(2, _fetched);
    }

    [Fact]
    public async Task Many_that_need_the_first_key_fetch_one()
    {
        var answer = Hold();
        var waiting = Enumerable.Range(0, 20).Select(_ => GetAsync()).ToArray();
        answer.SetResult(true);

        Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.Equal(1, _fetched);
    }

    [Fact]
    public async Task A_renewal_that_fails_leaves_the_old_key_as_long_as_it_is_valid()
    {
        Answer(true);
        var first = await GetAsync();
        _time.Pass(DelegationKeys.Life - DelegationKeys.RenewWhenLeft + TimeSpan.FromSeconds(1));
        Answer(false);
        Assert.Same(first, await GetAsync());
        await UntilAsync(() => Task.FromResult(_fetched == 2));
        Assert.Same(first, await GetAsync());

        // Until a URL would outlive the key: then it is waited for.
        _time.Pass(DelegationKeys.RenewWhenLeft - Url);
        Answer(false);
        await UntilAsync(async () =>
        {
            try
            {
                return await GetAsync() != first;
            }
            catch (IOException)
            {
                Answer(true);
                return false;
            }
        });
    }

    [Fact]
    public async Task A_renewal_that_fails_is_logged_and_tried_again_after_a_pause()
    {
        Answer(true);
        var first = await GetAsync();
        _time.Pass(DelegationKeys.Life - DelegationKeys.RenewWhenLeft + TimeSpan.FromSeconds(1));
        Answer(false);
        Assert.Same(first, await GetAsync());
        await UntilAsync(() => Task.FromResult(!_log.Warnings.IsEmpty));
        Assert.IsType<IOException>(Assert.Single(_log.Warnings));

        Answer(true);
        _time.Pass(TimeSpan.FromSeconds(29));
        Assert.Same(first, await GetAsync());
        _time.Pass(TimeSpan.FromSeconds(1));
        await UntilAsync(async () => await GetAsync() != first);
        Assert.Equal(_time.GetUtcNow(), _lastBegan);
        Assert.Single(_log.Warnings);
    }

    [Fact]
    public async Task A_fetching_that_hangs_is_given_up()
    {
        Hold();
        var waiting = GetAsync();
        await UntilAsync(() => Task.FromResult(_fetched == 1));
        _time.Pass(DelegationKeys.Patience - TimeSpan.FromSeconds(1));
        Assert.Empty(_log.Warnings);
        _time.Pass(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<TimeoutException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.IsType<OperationCanceledException>(
            Assert.IsType<TimeoutException>(Assert.Single(_log.Warnings)).InnerException, exactMatch: false);
    }

    [Fact]
    public async Task A_first_key_that_cannot_be_had_is_asked_for_again()
    {
        Answer(false);
        await Assert.ThrowsAsync<IOException>(GetAsync);
        Answer(true);
        Assert.NotNull(await GetAsync());
    }

    [Fact]
    public async Task One_who_no_longer_waits_does_not_end_the_fetching_for_others()
    {
        var answer = Hold();
        using var cancellation = new CancellationTokenSource();
        var first = _keys.GetAsync(Url, cancellation.Token);
        var second = GetAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult(true);

        Assert.NotNull(await second);
        Assert.Equal(1, _fetched);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
            await Task.Delay(5, limit.Token);
    }

    private Task<UserDelegationKey> GetAsync() => _keys.GetAsync(Url, CancellationToken.None);

    private TaskCompletionSource<bool> Hold()
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers.Enqueue(answer);
        return answer;
    }

    private void Answer(bool succeeds) => Hold().SetResult(succeeds);

    private async Task<UserDelegationKey> FetchAsync(
        DateTimeOffset startsOn, DateTimeOffset expiresOn, CancellationToken cancellationToken)
    {
        _lastBegan = startsOn + BlobUrls.ClockSkew;
        Interlocked.Increment(ref _fetched);
        return await _answers.Dequeue().Task.WaitAsync(cancellationToken)
            ? BlobsModelFactory.UserDelegationKey("oid", "tid", startsOn, expiresOn, "b", "2023-01-03", "a2V5")
            : throw new IOException("No key today.");
    }

    private sealed class SetTime : TimeProvider
    {
        private readonly ConcurrentDictionary<Timer, DateTimeOffset> _timers = [];
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddYears(50);

        public void Pass(TimeSpan time)
        {
            _now += time;
            foreach (var (timer, due) in _timers.Where(timer => timer.Value <= _now))
                timer.Fire();
        }

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, () => callback(state));
            _timers[timer] = _now + dueTime;
            return timer;
        }

        private sealed class Timer(SetTime time, Action fire) : ITimer
        {
            public void Fire() => fire();

            public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

            public void Dispose() => time._timers.TryRemove(this, out _);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }

    private sealed class WarningLog : ILogger
    {
        public ConcurrentQueue<Exception> Warnings { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
                Warnings.Enqueue(exception!);
        }
    }
}
