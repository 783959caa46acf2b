using Berth.Guarantees.Tests.Model;

namespace Berth.Guarantees.Tests.Races;

/// <summary>The checker itself: histories known to be right and wrong, and a slow search that nobody can doubt.</summary>
public sealed class LinearizabilityTests
{
    [Theory]
    [InlineData(true, "", "nothing happened")]
    [InlineData(true, "0-1 w a; 2-3 r a", "one after the other")]
    [InlineData(true, "0-3 w a; 1-2 r a", "a read that sees a write before its answer")]
    [InlineData(true, "0-3 w a; 1-2 r -", "a read that does not see it yet")]
    [InlineData(true, "0-5 w a; 1-6 w b; 2-3 r b; 7-8 r a", "a write that takes effect after the other")]
    [InlineData(true, "0-1 w a; 2- w b; 3-4 r a; 5-6 r b", "a write without an answer that happens late")]
    [InlineData(true, "0-1 w a; 2- w b; 3-4 r a", "a write without an answer that never happens")]
    [InlineData(true, "0-1 w a; 2-5 w -; 3-4 r a; 6-7 r -", "a deletion")]
    [InlineData(false, "0-1 w a; 2-3 r -", "a write is not seen")]
    [InlineData(false, "0-1 r a", "a value that nobody wrote")]
    [InlineData(false, "0-1 r a; 2-3 w a", "a read from the future")]
    [InlineData(false, "0-1 w a; 2-3 w b; 4-5 r a", "a stale read")]
    [InlineData(false, "0-1 w a; 2-9 w b; 3-4 r b; 5-6 r a", "two reads that go back")]
    [InlineData(false, "0-1 w a; 2- w b; 3-4 r b; 5-6 r a", "two reads that go back from a write without an answer")]
    [InlineData(false, "0-1 w a; 2-3 w -; 4-5 r a", "a value that comes back after its deletion")]
    [InlineData(false, "0-10 w a; 1-9 w b; 11-12 r a; 13-14 r b", "two writes in two orders")]
    public void A_history_is_judged(bool holds, string history, string what) =>
        Assert.True(holds == Linearizability.Holds(Parse(history), initial: null), what);

    [Fact]
    public void Random_histories_are_judged_as_by_trying_every_order()
    {
        var seed = ModelTests.Setting("BERTH_RACE_SEED", Random.Shared.Next(1_000_000_000));
        var right = 0;
        const int Count = 5000;
        for (var number = seed; number < seed + Count; number++)
        {
            var history = RandomHistory(new Random(number));
            var expected = TryAll([.. history], null);
            Assert.True(
                expected == Linearizability.Holds(history, null), $"BERTH_RACE_SEED={number}: {string.Join("; ", history)}");
            right += expected ? 1 : 0;
        }
        Assert.InRange(right, Count / 20, Count * 19 / 20); // both kinds were there
    }

    private static List<RegisterEvent> RandomHistory(Random random)
    {
        var points = Enumerable.Range(0, 12).Select(point => (long)point).ToArray();
        random.Shuffle(points);
        var events = new List<RegisterEvent>();
        for (var index = 0; index < random.Next(2, 7); index++)
        {
            var (one, other) = (points[2 * index], points[(2 * index) + 1]);
            var isWrite = random.Next(2) == 0;
            long? ended = isWrite && random.Next(5) == 0 ? null : Math.Max(one, other);
            events.Add(new(Math.Min(one, other), ended, isWrite, random.Next(4) switch { 0 => null, var n => $"{n}" }));
        }
        return events;
    }

    private static bool TryAll(List<RegisterEvent> rest, string? value)
    {
        if (rest.TrueForAll(one => one.Ended is null))
            return true;
        foreach (var one in rest.Where(one => one.IsWrite || one.Value == value))
        {
            if (rest.TrueForAll(other => other.Ended is not { } ended || ended >= one.Begun)
                && TryAll([.. rest.Where(other => other != one)], one.IsWrite ? one.Value : value))
            {
                return true;
            }
        }
        return false;
    }

    private static List<RegisterEvent> Parse(string history) =>
    [
        .. history.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text =>
        {
            var parts = text.Split(' ', '-');
            var value = text.EndsWith('-') ? null : parts[^1];
            return new RegisterEvent(
                long.Parse(parts[0], null), parts[1].Length == 0 ? null : long.Parse(parts[1], null), parts[2] == "w", value);
        }),
    ];
}
