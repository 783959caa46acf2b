namespace Berth.Benchmarks.Workloads;

/// <summary>The catalog of many repositories.</summary>
internal sealed class ListCatalog() : Workload("catalog")
{
    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        var count = comparison.Sizes.Repositories;
        await using var contestants = await comparison.StartAllAsync(cancellationToken);
        IReadOnlyList<string> names = [];
        contestants.Alternate(1, (contestant, _) =>
            names = Filling.MakeRepositories(contestant, count, cancellationToken));
        var figures = new ListingFigures(
            "catalog", $"_catalog of {count:N0} repositories", "/v2/_catalog", "repositories", names);
        contestants.Alternate(comparison.Sizes.Repeat, (contestant, _) =>
            figures.Measure(contestant, comparison.Measurements, isWholeListed: false, cancellationToken));
        comparison.Tell(comparison.Measurements.Summarize(figures.First));
        comparison.Tell(comparison.Measurements.Summarize(figures.Pages));
    }
}
