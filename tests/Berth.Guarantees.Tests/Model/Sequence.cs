namespace Berth.Guarantees.Tests.Model;

/// <summary>A sequence of steps, its run, and what is left of one that fails.</summary>
internal static class Sequence
{
    private const int LongestSequence = 40;

    /// <summary>How often a failing sequence is run again to make it shorter.</summary>
    private const int MostTries = 600;

    /// <summary>The sequence of a seed.</summary>
    public static List<Operation> Of(int seed)
    {
        var random = new Random(seed);
        var length = random.Next(3, LongestSequence);
        return [.. Enumerable.Range(0, length).Select(_ => Operation.Next(random))];
    }

    /// <summary>Runs a sequence over an empty store.</summary>
    /// <param name="place">The kind of store.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="collectsAll">Whether all garbage is collected in the end, and what is left is looked at.</param>
    /// <returns>What was wrong and the requests up to there; <see langword="null"/> where all was as the model says.</returns>
    public static async Task<string?> RunAsync(Place place, IReadOnlyList<Operation> steps, bool collectsAll = false)
    {
        using var world = new World(place);
        Operation? current = null;
        try
        {
            foreach (var step in steps)
            {
                current = step;
                await world.RunAsync(step);
            }
            current = null;
            await world.CheckAllAsync();
            if (collectsAll)
                await world.CheckGarbageAsync();
            return null;
        }
        catch (Exception exception)
        {
            return $"at {current?.ToString() ?? "the end"}: {exception.Message}\n  {string.Join("\n  ", world.Trace.TakeLast(60))}";
        }
    }

    /// <summary>Makes a failing sequence as short and as plain as it can be.</summary>
    public static async Task<List<Operation>> ShrinkAsync(List<Operation> steps, Func<List<Operation>, Task<bool>> fails)
    {
        var tries = 0;
        for (var size = steps.Count / 2; size > 0; size = Math.Min(size / 2, steps.Count))
        {
            for (var at = 0; at + size <= steps.Count;)
            {
                List<Operation> without = [.. steps[..at], .. steps[(at + size)..]];
                if (await TryAsync(without))
                    steps = without;
                else
                    at++;
            }
        }
        for (var at = 0; at < steps.Count; at++)
        {
            var isSimpler = true;
            while (isSimpler && tries < MostTries)
            {
                isSimpler = false;
                foreach (var simpler in steps[at].Simpler())
                {
                    List<Operation> changed = [.. steps[..at], simpler, .. steps[(at + 1)..]];
                    if (await TryAsync(changed))
                    {
                        (steps, isSimpler) = (changed, true);
                        break;
                    }
                }
            }
        }
        return steps;

        async Task<bool> TryAsync(List<Operation> candidate) => tries++ < MostTries && await fails(candidate);
    }
}
