using Azure.Storage.Blobs.Models;
using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>The key that signs URLs, over days, with a service that fails at times.</summary>
public sealed class DelegationKeysTests
{
    private static readonly TimeSpan Url = TimeSpan.FromMinutes(20);

    private readonly SetTime _time = new();
    private readonly Queue<TaskCompletionSource<bool>> _answers = new();
    private readonly DelegationKeys _keys;
    private int _fetched;

    public DelegationKeysTests() => _keys = new(FetchAsync, _time);

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
        Interlocked.Increment(ref _fetched);
        return await _answers.Dequeue().Task
            ? BlobsModelFactory.UserDelegationKey("oid", "tid", startsOn, expiresOn, "b", "2023-01-03", "a2V5")
            : throw new IOException("No key today.");
    }

    private sealed class SetTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddYears(50);

        public void Pass(TimeSpan time) => _now += time;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
