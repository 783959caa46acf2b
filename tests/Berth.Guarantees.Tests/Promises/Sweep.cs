using System.Collections.Concurrent;
using System.Globalization;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>Which cases of a sweep are tried, and all of those that fail.</summary>
internal static class Sweep
{
    /// <summary>What a variable of the environment says; without it, the number for <c>dotnet test</c>.</summary>
    public static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) switch
        {
            null or "" => otherwise,
            "all" => int.MaxValue,
            var text => int.Parse(text, CultureInfo.InvariantCulture),
        };

    /// <summary>A seed: that of a variable of the environment, or any.</summary>
    public static int Seed(string name) => Setting(name, Random.Shared.Next(1, 1_000_000));

    /// <summary>Some of the cases, as many of each group as of the others, as the seed decides.</summary>
    public static IReadOnlyList<T> Choose<T, TGroup>(IEnumerable<T> cases, Func<T, TGroup> groupOf, int count, int seed)
    {
        var random = new Random(seed);
        var groups = cases.GroupBy(groupOf).Select(group => group.ToArray()).ToArray();
        random.Shuffle(groups);
        Array.ForEach(groups, random.Shuffle);
        return
        [
            .. Enumerable.Range(0, groups.Max(group => group.Length))
                .SelectMany(number => groups.Where(group => number < group.Length).Select(group => group[number]))
                .Take(count),
        ];
    }

    /// <summary>Tries cases, several together, and fails with all that failed.</summary>
    /// <param name="cases">The cases.</param>
    /// <param name="together">How many at a time.</param>
    /// <param name="tryAsync">Tries one.</param>
    public static async Task RunAsync<T>(IReadOnlyList<T> cases, int together, Func<T, Task> tryAsync)
        where T : notnull
    {
        const int MostFailures = 20;
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            cases,
            new ParallelOptions { MaxDegreeOfParallelism = together },
            async (one, _) =>
            {
                if (failures.Count >= MostFailures)
                    return;
                try
                {
                    await tryAsync(one);
                }
                catch (Exception e)
                {
                    failures.Enqueue($"{one}\n  {(e is PromiseBrokenException ? e.Message : e)}");
                }
            });
        Assert.True(failures.IsEmpty, $"{failures.Count} of {cases.Count} failed:\n{string.Join("\n\n", failures)}");
    }
}
