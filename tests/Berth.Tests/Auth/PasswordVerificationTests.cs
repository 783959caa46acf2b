using System.Globalization;
using Berth.Auth;

namespace Berth.Tests.Auth;

public sealed class PasswordVerificationTests
{
    private readonly SetTime _time = new();
    private int _computed;

    [Fact]
    public async Task A_right_password_is_computed_once_in_a_while()
    {
        var verification = Create();

        Assert.True(await verification.IsRightAsync("alice", "right", "right", Compare, default));
        Assert.True(await verification.IsRightAsync("alice", "right", "right", Compare, default));
        _time.Pass(TimeSpan.FromSeconds(59));
        Assert.True(await verification.IsRightAsync("alice", "right", "right", Compare, default));
        Assert.Equal(1, _computed);

        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.True(await verification.IsRightAsync("alice", "right", "right", Compare, default));
        Assert.Equal(2, _computed);
        Assert.True(await verification.IsRightAsync("alice", "right", "right", Compare, default));
        Assert.Equal(2, _computed);
    }

    [Fact]
    public async Task A_password_that_was_right_is_wrong_once_the_stored_hash_is_another()
    {
        var verification = Create();
        Assert.True(await verification.IsRightAsync("alice", "right", "right", Compare, default));

        Assert.False(await verification.IsRightAsync("alice", "right", "changed", Compare, default));
        Assert.Equal(2, _computed);
    }

    [Fact]
    public async Task A_wrong_password_is_wrong_each_time_and_for_each_name()
    {
        var verification = Create();
        Assert.True(await verification.IsRightAsync("alice", "right", "right", Compare, default));

        Assert.False(await verification.IsRightAsync("alice", "wrong", "right", Compare, default));
        Assert.False(await verification.IsRightAsync("alice", "wrong", "right", Compare, default));
        Assert.Equal(3, _computed);
        Assert.True(await verification.IsRightAsync("bob", "right", "right", Compare, default));
        Assert.Equal(4, _computed);
    }

    [Fact]
    public async Task No_more_run_at_a_time_than_allowed_and_no_more_wait()
    {
        var verification = Create(new() { Concurrency = 2, Queue = 3 });
        using var gate = new Gauge();
        var tasks = Enumerable.Range(0, 5)
            .Select(i => verification.IsRightAsync($"user{i}", "right", "right", gate.Check, default)).ToList();
        await gate.WaitAsync(running: 2);

        var busy = await Assert.ThrowsAsync<PasswordsBusyException>(
            () => verification.IsRightAsync("another", "right", "right", gate.Check, default));
        Assert.True(busy.RetryAfter > TimeSpan.Zero);

        gate.Open();
        Assert.All(await Task.WhenAll(tasks), Assert.True);
        Assert.Equal(2, gate.Most);
        Assert.True(await verification.IsRightAsync("another", "right", "right", gate.Check, default));
    }

    [Fact]
    public async Task The_same_asked_at_the_same_time_is_computed_once()
    {
        var verification = Create(new() { Concurrency = 1, Queue = 0 });
        using var gate = new Gauge();
        var tasks = Enumerable.Range(0, 50)
            .Select(_ => verification.IsRightAsync("alice", "right", "right", gate.Check, default)).ToList();
        await gate.WaitAsync(running: 1);
        gate.Open();

        Assert.All(await Task.WhenAll(tasks), Assert.True);
        Assert.Equal(1, gate.Total);
    }

    [Fact]
    public async Task It_does_not_run_on_the_threads_that_requests_need()
    {
        var isPool = true;
        await Create().IsRightAsync("alice", "right", "right", Check, default);
        Assert.False(isPool);

        bool Check(string password, string stored)
        {
            isPool = Thread.CurrentThread.IsThreadPoolThread;
            return true;
        }
    }

    [Fact]
    public async Task A_client_that_goes_away_waits_no_longer_and_takes_nothing_from_others()
    {
        var verification = Create(new() { Concurrency = 1, Queue = 1 });
        using var gate = new Gauge();
        using var gone = new CancellationTokenSource();
        var first = verification.IsRightAsync("alice", "right", "right", gate.Check, gone.Token);
        var second = verification.IsRightAsync("alice", "right", "right", gate.Check, default);
        await gate.WaitAsync(running: 1);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Open();
        Assert.True(await second);
    }

    [Fact]
    public async Task A_stored_text_that_is_no_hash_fails_the_request_and_no_other()
    {
        var verification = Create(new() { Concurrency = 1, Queue = 0 });
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<FormatException>(
                () => verification.IsRightAsync("alice", "right", "none", PasswordHash.IsRight, default));
        }

        Assert.True(await verification.IsRightAsync("alice", "right", "right", Compare, default));
    }

    [Fact]
    public async Task What_is_remembered_is_bounded_and_the_oldest_goes_first()
    {
        var verification = Create(new() { CacheEntries = 3 });
        for (var i = 0; i < 4; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            Assert.True(await verification.IsRightAsync(name, "right", "right", Compare, default));
        }

        Assert.True(await verification.IsRightAsync("3", "right", "right", Compare, default));
        Assert.True(await verification.IsRightAsync("1", "right", "right", Compare, default));
        Assert.Equal(4, _computed);
        Assert.True(await verification.IsRightAsync("0", "right", "right", Compare, default));
        Assert.Equal(5, _computed);
    }

    private PasswordVerification Create(PasswordLimits? limits = null) => new(limits ?? new(), _time);

    private bool Compare(string password, string stored)
    {
        Interlocked.Increment(ref _computed);
        return password == stored;
    }

    /// <summary>Checks that last until a test lets them go on, and how many there are.</summary>
    private sealed class Gauge : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly Signal _changed = new();
        private readonly Lock _lock = new();
        private int _running;

        public int Most { get; private set; }

        public int Total { get; private set; }

        public bool Check(string password, string stored)
        {
            lock (_lock)
            {
                _running++;
                Total++;
                Most = Math.Max(Most, _running);
            }
            _changed.Fire();
            _open.Wait(TimeSpan.FromSeconds(20));
            lock (_lock)
            {
                _running--;
            }
            return true;
        }

        public async Task WaitAsync(int running) => await _changed.UntilAsync(() => _running == running ? this : null);

        public void Open() => _open.Set();

        public void Dispose() => _open.Dispose();
    }
}
