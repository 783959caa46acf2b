namespace Berth.Auth;

/// <summary>Buckets that drain by themselves, each as large and as fast as the others. Not for several threads at once.</summary>
/// <param name="size">How much goes into one.</param>
/// <param name="window">In which time a full one drains.</param>
/// <param name="capacity">How many there are at most.</param>
internal sealed class LeakyBuckets(int size, TimeSpan window, int capacity)
{
    /// <summary>When each will be empty: that tells how full it is, at any time.</summary>
    private readonly Dictionary<Fingerprint, DateTimeOffset> _empty = [];

    private readonly TimeSpan _one = window / size;

    public int Count => _empty.Count;

    /// <summary>How long to wait until one more goes in; zero where it does now.</summary>
    public TimeSpan Wait(Fingerprint key, DateTimeOffset now)
    {
        var wait = _empty.GetValueOrDefault(key) + _one - now - window;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    public void Add(Fingerprint key, DateTimeOffset now)
    {
        var empty = _empty.GetValueOrDefault(key);
        if (empty == default && _empty.Count >= capacity)
        {
            MakeRoom(now);
        }
        _empty[key] = (empty > now ? empty : now) + _one;
    }

    public void TakeBack(Fingerprint key)
    {
        if (_empty.TryGetValue(key, out var empty))
        {
            _empty[key] = empty - _one;
        }
    }

    public void Empty(Fingerprint key) => _empty.Remove(key);

    /// <summary>A quarter goes at a time, so that a flood of new ones does not search all of them each time.</summary>
    private void MakeRoom(DateTimeOffset now)
    {
        var keep = capacity * 3 / 4;
        foreach (var (key, empty) in _empty.OrderBy(one => one.Value).Take(Math.Max(1, _empty.Count - keep)).ToList())
        {
            _empty.Remove(key);
        }
        foreach (var key in _empty.Where(one => one.Value <= now).Select(one => one.Key).ToList())
        {
            _empty.Remove(key);
        }
    }
}
