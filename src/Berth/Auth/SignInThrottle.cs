using System.Net;
using System.Net.Sockets;

namespace Berth.Auth;

/// <summary>Refuses those unseen who were wrong too often: a user at an address, or an address with whatever names.</summary>
/// <remarks>
/// An attempt counts as a failure from its beginning, so that a hundred at the same time are a hundred; but the same secret of
/// the same user that is sent a hundred times at once is one, for a client with a right password sends many requests together.
/// Memory is bounded whatever names a client chooses.
/// </remarks>
internal sealed class SignInThrottle(SignInLimits limits, TimeProvider time)
{
    private readonly byte[] _key = Fingerprint.NewKey();
    private readonly Lock _lock = new();
    private readonly LeakyBuckets _users = new(limits.UserFailures, limits.Window, limits.Remembered);
    private readonly LeakyBuckets _addresses = new(limits.AddressFailures, limits.Window, limits.Remembered);

    /// <summary>Users at addresses who were right not long ago: what others do at their address is not held against them.</summary>
    private readonly LeakyBuckets _welcome = new(size: 1, limits.Window, limits.Remembered);

    /// <summary>By their secrets; at most as many as there are requests.</summary>
    private readonly Dictionary<Fingerprint, Attempt> _running = [];

    /// <summary>Begins an attempt to sign in, or joins the same one.</summary>
    /// <param name="name">The user.</param>
    /// <param name="secret">What the user shows.</param>
    /// <param name="address">Where the user is.</param>
    /// <param name="wait">Where it may not begin: how long to wait.</param>
    /// <returns>What <see cref="End"/> is given then; <see langword="null"/> where it may not begin.</returns>
    public Attempt? Begin(string name, string secret, IPAddress? address, out TimeSpan wait)
    {
        var network = Network(address);
        var print = Fingerprint.Of(_key, network, name, secret);
        lock (_lock)
        {
            wait = TimeSpan.Zero;
            if (_running.TryGetValue(print, out var running))
            {
                return running;
            }
            var attempt = new Attempt(Fingerprint.Of(_key, network, name), Fingerprint.Of(_key, network), print);
            var now = time.GetUtcNow();
            var isWelcome = _welcome.Wait(attempt.User, now) > TimeSpan.Zero;
            wait = Max(_users.Wait(attempt.User, now), isWelcome ? TimeSpan.Zero : _addresses.Wait(attempt.Address, now));
            if (wait > TimeSpan.Zero)
            {
                return null;
            }
            _users.Add(attempt.User, now);
            _addresses.Add(attempt.Address, now);
            _running.Add(print, attempt);
            return attempt;
        }
    }

    /// <summary>Tells what one of the requests of an attempt came to. Those that come from now on begin another.</summary>
    public void End(Attempt attempt, AttemptResult result)
    {
        lock (_lock)
        {
            if (_running.GetValueOrDefault(attempt.Secret) == attempt)
            {
                _running.Remove(attempt.Secret);
            }
            if (result != AttemptResult.Failure && !attempt.IsTakenBack)
            {
                // No more than its own: whoever has one right password may not clear his address by it.
                _addresses.TakeBack(attempt.Address);
                _users.TakeBack(attempt.User);
                attempt.IsTakenBack = true;
            }
            if (result == AttemptResult.Success)
            {
                _users.Empty(attempt.User);
                _welcome.Empty(attempt.User);
                _welcome.Add(attempt.User, time.GetUtcNow());
            }
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>Whoever has one IPv6 address has the other 2^64 of its network too.</summary>
    public static string Network(IPAddress? address)
    {
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            return address?.ToString() ?? "";
        }
        return Convert.ToHexString(address.GetAddressBytes(), 0, 8);
    }

    /// <summary>Somebody's wish to sign in as a user with a secret, by however many requests at the same time.</summary>
    public sealed class Attempt(Fingerprint user, Fingerprint address, Fingerprint secret)
    {
        public Fingerprint User => user;

        public Fingerprint Address => address;

        public Fingerprint Secret => secret;

        public bool IsTakenBack { get; set; }
    }
}

/// <summary>What became of an attempt to sign in.</summary>
internal enum AttemptResult
{
    /// <summary>Nobody could tell, or the secret is none that is guessed: it counts neither way.</summary>
    Unknown,

    /// <summary>The secret is wrong, or the client did not wait for an answer.</summary>
    Failure,

    /// <summary>The secret is right.</summary>
    Success,
}
