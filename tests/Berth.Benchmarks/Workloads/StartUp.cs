using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>From the start of the process to its first answer, and the memory it holds when nobody asks anything.</summary>
internal sealed class StartUp() : Workload("start")
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        var time = new Figure("start/time", "start to the first 200 of GET /v2/", "ms");
        var idle = new Figure("start/idle", "resident memory, idle", "MiB");
        foreach (var side in comparison.Sides) // once for the machine's file cache
            await (await comparison.StartAsync(side, cancellationToken)).DisposeAsync();
        for (var round = 0; round < comparison.Sizes.Repeat; round++)
        {
            foreach (var side in comparison.OrderOf(round))
            {
                await using var contestant = await comparison.StartAsync(side, cancellationToken);
                comparison.Measurements.Add(time, side, contestant.Registry.StartTime.TotalMilliseconds);
                await Task.Delay(Settle, cancellationToken);
                comparison.Measurements.Add(idle, side, contestant.Registry.Figures.Resident);
            }
        }

        comparison.Tell(comparison.Measurements.Summarize(time));
        comparison.Tell(comparison.Measurements.Summarize(idle));
    }
}
