using Berth.Benchmarks.Load;
using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>Many small images, pushed at once, each to a repository of its own over a connection of its own, and read back.</summary>
internal sealed class PushManyImages() : Workload("images")
{
    private const int Layers = 2;
    private const int LayerSize = 64 * 1024;

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        var count = comparison.Sizes.Images;
        var time = new Figure("images/time", $"{count} pushes at once (2 layers of 64 KiB, config, manifest, read back)", "ms");
        await using var contestants = await comparison.StartAllAsync(cancellationToken);
        contestants.Alternate(comparison.Sizes.Repeat, (contestant, round) =>
        {
            var images = Enumerable.Range(0, count).Select(_ => SmallImage.Create(Layers, LayerSize)).ToList();
            Disk.Flush();
            var took = AtOnce.Run(count, client => Push(contestant, $"bench/round{round}/image{client}", images[client]));
            comparison.Measurements.Add(time, contestant.Side, took.TotalMilliseconds);
        });
        comparison.Tell(comparison.Measurements.Summarize(time));
    }

    private static void Push(Contestant contestant, string repository, SmallImage image)
    {
        using var client = contestant.Connect();
        image.PushBlobs(client, repository);
        client.PutManifest(repository, "v1", image.Manifest);
        client.GetManifest(repository, "v1", image.Manifest);
    }
}
