using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>Many tags of one repository: their PUTs and their listing.</summary>
internal sealed class ListTags() : Workload("tags")
{
    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        var count = comparison.Sizes.Tags;
        var put = new Figure("tags/put", $"PUT of {count:N0} tags, 16 at a time", "ms");
        await using var contestants = await comparison.StartAllAsync(cancellationToken);
        IReadOnlyList<string> tags = [];
        contestants.Alternate(comparison.Sizes.FewRepeats, (contestant, round) =>
        {
            Disk.Flush();
            (var took, tags) = Filling.PutTags(contestant, RepositoryOf(round), count, cancellationToken);
            comparison.Measurements.Add(put, contestant.Side, took.TotalMilliseconds);
        });
        comparison.Tell(comparison.Measurements.Summarize(put));
        var figures = new ListingFigures("tags", $"{count:N0} tags", $"/v2/{RepositoryOf(0)}/tags/list", "tags", tags);
        contestants.Alternate(comparison.Sizes.Repeat, (contestant, _) =>
            figures.Measure(contestant, comparison.Measurements, isWholeListed: true, cancellationToken));
        comparison.Tell(comparison.Measurements.Summarize(figures.First));
        comparison.Tell(comparison.Measurements.Summarize(figures.Pages));
    }

    private static string RepositoryOf(int round) => $"bench/tags{round}";
}
