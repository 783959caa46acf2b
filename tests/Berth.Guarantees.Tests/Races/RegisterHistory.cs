using System.Collections.Concurrent;

namespace Berth.Guarantees.Tests.Races;

/// <summary>One operation on a register: from when to when, and what it wrote or saw.</summary>
/// <param name="Begun">A point in the order of all beginnings and ends.</param>
/// <param name="Ended"><see langword="null"/> where nobody got an answer: it may have happened at any time, or never.</param>
/// <param name="IsWrite">Whether it set the value, or saw it.</param>
/// <param name="Value">The value; <see langword="null"/> for none.</param>
internal sealed record RegisterEvent(long Begun, long? Ended, bool IsWrite, string? Value)
{
    public override string ToString() => $"{Begun}-{Ended}: {(IsWrite ? "write" : "read")} {Value ?? "nothing"}";
}

/// <summary>What several clients did to one register.</summary>
internal sealed class RegisterHistory
{
    private readonly ConcurrentBag<RegisterEvent> _events = [];
    private long _clock;

    public IReadOnlyCollection<RegisterEvent> Events => _events;

    public long Begin() => Interlocked.Increment(ref _clock);

    public void Write(long begun, string? value) => _events.Add(new(begun, Interlocked.Increment(ref _clock), true, value));

    public void WriteMaybe(long begun, string? value) => _events.Add(new(begun, null, true, value));

    public void Read(long begun, string? value) => _events.Add(new(begun, Interlocked.Increment(ref _clock), false, value));
}

/// <summary>
/// Whether there is an order of the operations, each at a moment between its beginning and its end, in which every read sees
/// what was written last: the search of Wing and Gong with what Lowe remembers of it, so that no set of operations is tried
/// twice with one value.
/// </summary>
/// <remarks>
/// A register allows short cuts. A read that can see what is there now may do so at once. A write that nobody will read may
/// come just before any other write. Of the writes of one value the one that ends first may be taken.
/// </remarks>
internal sealed class Linearizability
{
    /// <summary>More takes minutes: where everything overlaps everything, other histories of the same race are easier.</summary>
    private const int MostStates = 50_000;

    private readonly RegisterEvent[] _events;
    private readonly HashSet<State> _tried = [];

    private Linearizability(IEnumerable<RegisterEvent> events) => _events = [.. events.OrderBy(one => one.Begun)];

    /// <summary>Searches the order.</summary>
    /// <param name="events">The history of one register.</param>
    /// <param name="initial">Its value before.</param>
    /// <returns><see langword="null"/> when the history is too tangled to be checked.</returns>
    public static bool? Holds(IEnumerable<RegisterEvent> events, string? initial)
    {
        var search = new Linearizability(events);
        var holds = search.Search(new bool[search._events.Length], initial, isKnown: true);
        return search._tried.Count > MostStates ? null : holds;
    }

    /// <param name="done">What has happened.</param>
    /// <param name="value">What is there now.</param>
    /// <param name="isKnown">False where what is there is nothing that anybody still reads.</param>
    private bool Search(bool[] done, string? value, bool isKnown)
    {
        SeeValue(done, value, isKnown);
        if (!Remaining(done).Any(one => one.Ended is not null))
            return true;
        if (!_tried.Add(new(done, isKnown, value)))
            return false;
        if (_tried.Count > MostStates)
            return true; // undecided, whatever it would be

        var wanted = Remaining(done).Where(one => !one.IsWrite).Select(one => one.Value ?? "").ToHashSet();
        var free = (bool[])done.Clone();
        foreach (var index in Possible(done))
            free[index] |= _events[index] is { IsWrite: true, Ended: not null } write && !wanted.Contains(write.Value ?? "");
        var next = Possible(free).Where(index => _events[index].IsWrite && wanted.Contains(_events[index].Value ?? ""))
            .GroupBy(index => _events[index].Value)
            .Select(same => same.MinBy(index => _events[index].Ended ?? long.MaxValue));
        foreach (var index in next)
        {
            var taken = (bool[])free.Clone();
            taken[index] = true;
            if (Search(taken, _events[index].Value, isKnown: true))
                return true;
        }
        return !free.AsSpan().SequenceEqual(done) && Search(free, null, isKnown: false);
    }

    /// <summary>Lets every read happen that can see what is there.</summary>
    private void SeeValue(bool[] done, string? value, bool isKnown)
    {
        for (var isMore = isKnown; isMore;)
        {
            isMore = false;
            foreach (var index in Possible(done).Where(index => !_events[index].IsWrite && _events[index].Value == value))
                isMore = done[index] = true;
        }
    }

    private IEnumerable<RegisterEvent> Remaining(bool[] done) => _events.Where((_, index) => !done[index]);

    /// <summary>What may happen next: all that began before anything that is left ended.</summary>
    private List<int> Possible(bool[] done)
    {
        var end = Remaining(done).Select(one => one.Ended ?? long.MaxValue).DefaultIfEmpty().Min();
        return [.. Enumerable.Range(0, _events.Length).Where(index => !done[index] && _events[index].Begun <= end)];
    }

    private sealed record State(bool[] Done, bool IsKnown, string? Value)
    {
        public bool Equals(State? other) => other is not null && IsKnown == other.IsKnown && Value == other.Value
            && Done.AsSpan().SequenceEqual(other.Done);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Value);
            foreach (var one in Done)
                hash.Add(one);
            return hash.ToHashCode();
        }
    }
}
