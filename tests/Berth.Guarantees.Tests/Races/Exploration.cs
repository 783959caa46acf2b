using System.Globalization;

namespace Berth.Guarantees.Tests.Races;

/// <summary>Tries the orders in which the storage calls of a few actors can come.</summary>
internal static class Exploration
{
    /// <summary>
    /// Every order in which an actor that could go on is interrupted at most so often: few interruptions find nearly all
    /// that there is to find.
    /// </summary>
    /// <param name="interruptions">How often at most.</param>
    /// <param name="mostRuns">How many orders at most; of more, these are chosen by chance.</param>
    /// <param name="seed">The chance.</param>
    /// <param name="run">Runs the scenario with a choice of turns, and checks it. Throws where something is wrong.</param>
    /// <returns>How many orders there were.</returns>
    public static async Task<int> ExhaustAsync(
        int interruptions, int mostRuns, int seed, Func<Func<IReadOnlyList<int>, int, int>, Task> run)
    {
        var open = new List<int[]> { Array.Empty<int>() };
        var random = new Random(seed);
        var runs = 0;
        for (; open.Count > 0 && runs < mostRuns; runs++)
        {
            var picked = random.Next(open.Count);
            var prefix = open[picked];
            open[picked] = open[^1];
            open.RemoveAt(open.Count - 1);
            var taken = new List<(int Choice, IReadOnlyList<int> Ready, int Last, int Interruptions)>();
            await RunAsync(run, prefix, taken);
            for (var at = prefix.Length; at < taken.Count; at++)
            {
                var (choice, ready, last, before) = taken[at];
                foreach (var other in ready.Where(other => other != choice))
                {
                    if (before + (other != last && ready.Contains(last) ? 1 : 0) <= interruptions)
                        open.Add([.. taken[..at].Select(step => step.Choice), other]);
                }
            }
        }
        return runs;
    }

    /// <summary>Orders by chance.</summary>
    public static async Task SampleAsync(int seed, int runs, Func<Func<IReadOnlyList<int>, int, int>, Task> run)
    {
        for (var number = seed; number < seed + runs; number++)
        {
            var random = new Random(number);
            // Long stretches and short ones: an order by chance alone hardly ever lets one actor get far ahead.
            var switching = random.NextDouble();
            try
            {
                await run((ready, last) => ready.Contains(last) && random.NextDouble() > switching
                    ? last
                    : ready[random.Next(ready.Count)]);
            }
            catch (Exception exception)
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"order of seed {number}: {exception.Message}"));
            }
        }
    }

    private static async Task RunAsync(
        Func<Func<IReadOnlyList<int>, int, int>, Task> run, int[] prefix,
        List<(int Choice, IReadOnlyList<int> Ready, int Last, int Interruptions)> taken)
    {
        var interruptions = 0;
        try
        {
            await run((ready, last) =>
            {
                var usual = ready.Contains(last) ? last : ready[0];
                var choice = taken.Count < prefix.Length && ready.Contains(prefix[taken.Count]) ? prefix[taken.Count] : usual;
                taken.Add((choice, ready, last, interruptions));
                interruptions += choice != last && ready.Contains(last) ? 1 : 0;
                return choice;
            });
        }
        catch (Exception exception)
        {
            Assert.Fail($"order {string.Join("", taken.Select(step => step.Choice))}: {exception.Message}");
        }
    }
}
