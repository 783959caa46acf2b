using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>The listings again, of Berth alone, with fewer and with more to list: a page must cost the same.</summary>
internal sealed class ScaleOfListings() : Workload("scale")
{
    /// <summary>Those of the issue; the repositories are not made 100,000 as that alone takes minutes.</summary>
    private static readonly int[] Tags = [100, 10_000, 100_000];
    private static readonly int[] Repositories = [100, 10_000];

    public override bool IsExtra => true;

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        foreach (var count in Tags)
        {
            await using var berth = await comparison.StartAsync(Side.Berth, cancellationToken);
            var tags = Filling.PutTags(berth, "bench/tags", count, cancellationToken).Tags;
            Measure(berth, new($"scale/tags/{count}", $"{count:N0} tags", "/v2/bench/tags/tags/list", "tags", tags));
        }

        foreach (var count in Repositories)
        {
            await using var berth = await comparison.StartAsync(Side.Berth, cancellationToken);
            var names = Filling.MakeRepositories(berth, count, cancellationToken);
            Measure(berth, new(
                $"scale/catalog/{count}", $"_catalog of {count:N0} repositories", "/v2/_catalog", "repositories", names));
        }

        void Measure(Contestant berth, ListingFigures figures)
        {
            for (var round = 0; round < comparison.Sizes.FewRepeats; round++)
                figures.Measure(berth, comparison.Measurements, isWholeListed: false, cancellationToken);
            comparison.Tell(comparison.Measurements.Summarize(figures.First));
            comparison.Tell(comparison.Measurements.Summarize(figures.Middle));
        }
    }
}
