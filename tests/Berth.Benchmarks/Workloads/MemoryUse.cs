using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>The most memory that a fresh server holds while one large blob is pushed, and then pulled.</summary>
internal sealed class MemoryUse() : Workload("memory")
{
    private const string Repository = "bench/memory";

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        var blob = comparison.Sizes.Blob;
        var pushing = new Figure("memory/push", $"peak resident memory, pushing {blob}", "MiB");
        var pulling = new Figure("memory/pull", $"peak resident memory, pulling {blob}", "MiB");
        var payload = Payload.Create(comparison.Sizes.BlobMebibytes);
        for (var round = 0; round < comparison.Sizes.FewRepeats; round++)
        {
            foreach (var side in comparison.OrderOf(round))
            {
                await using var contestant = await comparison.StartAsync(side, cancellationToken);
                var process = contestant.Registry.Figures;
                using var client = contestant.Connect();
                process.ForgetPeak();
                client.FinishUpload(client.Append(client.StartUpload(Repository), payload.Blocks), payload.Digest);
                comparison.Measurements.Add(pushing, side, process.PeakResident);
                process.ForgetPeak();
                PullLargeBlob.VerifyBlob(client.Connection, Repository, payload);
                comparison.Measurements.Add(pulling, side, process.PeakResident);
            }
        }

        comparison.Tell(comparison.Measurements.Summarize(pushing));
        comparison.Tell(comparison.Measurements.Summarize(pulling));
    }
}
