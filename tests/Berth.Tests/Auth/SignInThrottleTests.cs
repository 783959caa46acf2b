using System.Globalization;
using System.Net;
using Berth.Auth;

namespace Berth.Tests.Auth;

public sealed class SignInThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.2");

    private readonly SetTime _time = new();
    private readonly SignInThrottle _throttle;
    private int _secrets;

    public SignInThrottleTests() => _throttle = Create(new());

    [Fact]
    public void Too_many_failures_of_a_user_at_an_address_are_refused_until_one_is_forgiven()
    {
        Assert.Equal(10, FailUntilRefused("alice", Here, out var wait));

        // Ten in ten minutes: one a minute.
        Assert.Equal(TimeSpan.FromMinutes(1), wait);
        _time.Pass(wait - TimeSpan.FromSeconds(1));
        Assert.Equal(0, FailUntilRefused("alice", Here, out wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
        _time.Pass(wait);
        Assert.Equal(1, FailUntilRefused("alice", Here, out _));
        _time.Pass(TimeSpan.FromDays(1));
        Assert.Equal(10, FailUntilRefused("alice", Here, out _));
    }

    [Fact]
    public void Others_are_unaffected()
    {
        FailUntilRefused("alice", Here, out _);

        Assert.Equal(10, FailUntilRefused("alice", Elsewhere, out _));
        Assert.Equal(10, FailUntilRefused("bob", Here, out _));
        Assert.Equal(10, FailUntilRefused("Alice", Here, out _));
    }

    [Fact]
    public void An_address_with_many_names_is_refused_as_a_whole_and_others_are_not()
    {
        var failures = 0;
        for (var i = 0; i < 40; i++)
        {
            failures += FailUntilRefused($"user{i}", Here, out _);
        }

        Assert.Equal(100, failures);
        Assert.Equal(10, FailUntilRefused("user39", Elsewhere, out _));
    }

    [Fact]
    public void A_success_forgives_the_user_there_but_not_the_address()
    {
        var throttle = Create(new() { UserFailures = 3, AddressFailures = 5 });
        for (var i = 0; i < 2; i++)
        {
            Assert.True(Try(throttle, "alice", Here, AttemptResult.Failure));
        }
        Assert.True(Try(throttle, "alice", Here, AttemptResult.Success));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(Try(throttle, "alice", Here, AttemptResult.Failure));
        }

        // Of five, two were before: an attacker with an account of his own guesses no further.
        Assert.False(Try(throttle, "bob", Here, AttemptResult.Failure));
        Assert.True(Try(throttle, "bob", Elsewhere, AttemptResult.Failure));
    }

    [Fact]
    public void Who_was_right_at_an_address_may_go_on_there_whatever_others_do()
    {
        Assert.True(Try(_throttle, "carol", Here, AttemptResult.Success));
        for (var i = 0; i < 40; i++)
        {
            FailUntilRefused($"user{i}", Here, out _);
        }

        Assert.True(Try(_throttle, "carol", Here, AttemptResult.Success));
        Assert.False(Try(_throttle, "dave", Here, AttemptResult.Success));
        Assert.Equal(10, FailUntilRefused("carol", Here, out _));
    }

    [Fact]
    public void What_nobody_could_tell_counts_neither_way()
    {
        for (var i = 0; i < 200; i++)
        {
            Assert.True(Try(_throttle, "alice", Here, AttemptResult.Unknown));
        }

        Assert.Equal(10, FailUntilRefused("alice", Here, out _));
    }

    [Fact]
    public void Guesses_at_the_same_time_are_no_more_than_one_after_the_other()
    {
        var attempts = Enumerable.Range(0, 50)
            .Select(i => _throttle.Begin("alice", $"guess{i}", Here, out _)).OfType<SignInThrottle.Attempt>().ToList();

        Assert.Equal(10, attempts.Count);
    }

    [Fact]
    public void The_same_secret_sent_many_times_at_once_is_one_attempt()
    {
        var attempts = Enumerable.Range(0, 50).Select(_ => _throttle.Begin("alice", "secret", Here, out TimeSpan _)).ToList();
        Assert.All(attempts, Assert.NotNull);

        Assert.All(attempts, attempt => _throttle.End(attempt!, AttemptResult.Failure));
        Assert.Equal(9, FailUntilRefused("alice", Here, out _));
    }

    [Fact]
    public void The_same_secret_sent_again_after_it_was_wrong_is_another_attempt()
    {
        var first = _throttle.Begin("alice", "secret", Here, out _);
        var joined = _throttle.Begin("alice", "secret", Here, out _);
        _throttle.End(first!, AttemptResult.Failure);
        var next = _throttle.Begin("alice", "secret", Here, out _);
        _throttle.End(joined!, AttemptResult.Failure);
        _throttle.End(next!, AttemptResult.Failure);

        Assert.Equal(8, FailUntilRefused("alice", Here, out _));
    }

    [Fact]
    public void An_IPv6_network_is_one_address()
    {
        Assert.Equal(10, FailUntilRefused("alice", IPAddress.Parse("2001:db8::1"), out _));
        Assert.Equal(0, FailUntilRefused("alice", IPAddress.Parse("2001:db8::ffff:2"), out _));
        Assert.Equal(10, FailUntilRefused("alice", IPAddress.Parse("2001:db8:0:1::1"), out _));
    }

    [Fact]
    public void A_name_cannot_be_chosen_so_that_it_counts_as_anothers()
    {
        FailUntilRefused("alice", IPAddress.Parse("1.2.3.4"), out _);

        Assert.Equal(10, FailUntilRefused("4alice", IPAddress.Parse("1.2.3.0"), out _));
        Assert.Equal(10, FailUntilRefused("", IPAddress.Parse("1.2.3.4"), out _));
    }

    [Fact]
    public void Memory_is_bounded_whatever_names_are_chosen_and_the_worst_are_remembered()
    {
        var buckets = new LeakyBuckets(size: 10, TimeSpan.FromMinutes(10), capacity: 100);
        var key = Fingerprint.NewKey();
        var worst = Fingerprint.Of(key, "worst");
        for (var i = 0; i < 10; i++)
        {
            buckets.Add(worst, _time.GetUtcNow());
        }
        for (var i = 0; i < 1000; i++)
        {
            buckets.Add(Fingerprint.Of(key, i.ToString(CultureInfo.InvariantCulture)), _time.GetUtcNow());
            Assert.InRange(buckets.Count, 1, 100);
        }

        Assert.NotEqual(TimeSpan.Zero, buckets.Wait(worst, _time.GetUtcNow()));
    }

    private SignInThrottle Create(SignInLimits limits) => new(limits, _time);

    /// <summary>Another wrong secret each time.</summary>
    private bool Try(SignInThrottle throttle, string name, IPAddress address, AttemptResult result)
    {
        if (throttle.Begin(name, $"secret{_secrets++}", address, out _) is not { } attempt)
        {
            return false;
        }
        throttle.End(attempt, result);
        return true;
    }

    private int FailUntilRefused(string name, IPAddress address, out TimeSpan wait)
    {
        for (var failures = 0; failures < 1000; failures++)
        {
            if (_throttle.Begin(name, $"secret{_secrets++}", address, out wait) is not { } attempt)
            {
                return failures;
            }
            _throttle.End(attempt, AttemptResult.Failure);
        }
        throw new InvalidOperationException("never refused");
    }
}
