namespace Berth.Auth;

/// <summary>
/// Checks passwords against hashes that are slow on purpose: a bounded number at a time, on threads of their own, and one that
/// was right a moment ago not again.
/// </summary>
/// <remarks>
/// The caller reads the stored hash anew for each request, and only its computation is saved: where the stored hash has changed,
/// what was right before is computed again. A host has one of these for all its sources, so that the bounds are the process's.
/// </remarks>
public sealed class PasswordVerification
{
    private readonly PasswordLimits _limits;
    private readonly TimeProvider _time;
    private readonly byte[] _key = Fingerprint.NewKey();
    private readonly BoundedThreads _threads;
    private readonly Lock _lock = new();
    private readonly Dictionary<Fingerprint, Task<bool>> _running = [];
    private readonly Dictionary<Fingerprint, DateTimeOffset> _right = [];
    private readonly Queue<(Fingerprint Print, DateTimeOffset Until)> _oldestFirst = new();

    /// <summary>Creates it without any thread.</summary>
    public PasswordVerification(PasswordLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.CacheLifetime, PasswordLimits.LongestCacheLifetime);
        (_limits, _time, _threads) = (limits, time, new(limits.Concurrency, limits.Queue));
    }

    /// <summary>Tells whether a password is the one that was hashed.</summary>
    /// <param name="name">Whose it is said to be.</param>
    /// <param name="password">What was sent.</param>
    /// <param name="stored">The hash, as it is stored now; for a name that nobody has, one that no password fits.</param>
    /// <param name="check">Compares the password with the hash. Slow; runs on a thread of its own.</param>
    /// <param name="cancellationToken">Ends the wait; what was begun is gone on with.</param>
    /// <exception cref="PasswordsBusyException">As many passwords as may wait already do.</exception>
    public Task<bool> IsRightAsync(
        string name, string password, string stored, PasswordCheck check, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(check);
        var print = Fingerprint.Of(_key, stored, name, password);
        lock (_lock)
        {
            if (_right.TryGetValue(print, out var until) && _time.GetUtcNow() < until)
            {
                return Task.FromResult(true);
            }
            // Requests that a client sends at the same time are answered by one computation.
            if (!_running.TryGetValue(print, out var running))
            {
                running = CheckAsync(print, _threads.RunAsync(() => check(password, stored)));
                _running.Add(print, running);
            }
            return running.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> CheckAsync(Fingerprint print, Task<bool> check)
    {
        var isRight = false;
        try
        {
            // Not before the caller has let go of the lock.
            isRight = await check.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return isRight;
        }
        finally
        {
            lock (_lock)
            {
                _running.Remove(print);
                if (isRight)
                {
                    Remember(print);
                }
            }
        }
    }

    private void Remember(Fingerprint print)
    {
        var now = _time.GetUtcNow();
        while (_oldestFirst.TryPeek(out var oldest) && (oldest.Until <= now || _oldestFirst.Count >= _limits.CacheEntries))
        {
            _oldestFirst.Dequeue();
            if (_right.GetValueOrDefault(oldest.Print) == oldest.Until)
            {
                _right.Remove(oldest.Print);
            }
        }
        if (_limits.CacheEntries > 0)
        {
            var until = now + _limits.CacheLifetime;
            _right[print] = until;
            _oldestFirst.Enqueue((print, until));
        }
    }
}

/// <summary>Compares a password with a stored hash, as slowly as the hash was made.</summary>
public delegate bool PasswordCheck(string password, string stored);
