namespace Berth.Benchmarks.Report;

/// <summary>What was measured again and again.</summary>
/// <param name="Median">Half of them are below.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The most.</param>
/// <param name="Values">All, in the order of the rounds.</param>
internal sealed record Samples(double Median, double Minimum, double Maximum, IReadOnlyList<double> Values)
{
    public static Samples Of(IReadOnlyList<double> values) =>
        new(MedianOf(values), values.Min(), values.Max(), [.. values.Select(value => Math.Round(value, 3))]);

    public static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
