using System.IO.Enumeration;
using Berth.Benchmarks.Peers;
using Berth.Benchmarks.Report;
using Berth.Benchmarks.Workloads;
using Berth.TestTools;

namespace Berth.Benchmarks;

/// <summary>One run of the comparer.</summary>
internal static class CompareRun
{
    private static readonly Workload[] Workloads =
    [
        .. SmallRequests.All,
        new PullLargeBlob(),
        .. PushLargeBlob.All,
        new PushManyImages(),
        new ListTags(),
        new ListCatalog(),
        new StartUp(),
        new MemoryUse(),
        new OverS3(),
        new FunctionsLatency(),
        new ScaleOfListings(),
    ];

    /// <returns>0, or 1 when a workload failed; how fast anything was has no say in it.</returns>
    public static async Task<int> RunAsync(CompareOptions options, CancellationToken cancellationToken)
    {
        if (options.ListsOnly)
        {
            Console.WriteLine(string.Join('\n', Workloads.Select(workload => workload.Name)));
            return 0;
        }

        var chosen = Workloads.Where(workload => IsChosen(workload, options)).ToList();
        if (chosen.Count == 0)
        {
            Console.Error.WriteLine("There is no such workload; --list tells their names.");
            return 1;
        }

        RequireDisk(options);
        var berth = options.Berth is { } folder ? BerthProgram.At(Path.GetFullPath(folder)) : await BerthProgram.PublishAsync();
        var peer = options.IsAlone ? null : await DistributionProgram.FindAsync(options.Peer);
        Console.WriteLine($"{berth.Name} beside {peer?.Name ?? "nothing"}: {string.Join(", ", chosen.Select(workload => workload.Name))}");

        var measurements = new Measurements();
        using var data = TemporaryFolder.CreateIn(options.Folder);
        var comparison = new Comparison(
            [(Side.Berth, berth), .. peer is null ? Array.Empty<(Side, RegistryProgram)>() : [(Side.Peer, peer)]],
            options.Sizes, data.Path, measurements);
        var failed = false;
        foreach (var workload in chosen.TakeWhile(_ => !cancellationToken.IsCancellationRequested))
        {
            try
            {
                comparison.Tell(workload.Name);
                await workload.RunAsync(comparison, cancellationToken);
            }
            catch (Exception e)
            {
                failed = true;
                Console.Error.WriteLine(cancellationToken.IsCancellationRequested ? "cancelled" : $"{workload.Name} failed: {e}");
            }
        }

        Publish(RunReport.Create(peer?.Name ?? "", measurements.Results), options, failed);
        return failed ? 1 : 0;
    }

    private static bool IsChosen(Workload workload, CompareOptions options) =>
        options.Only.Count > 0
            ? options.Only.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, workload.Name))
            : !workload.IsExtra || options.IsScaled;

    private static void RequireDisk(CompareOptions options)
    {
        // The pushes of one workload, of two registries, and the file that is the machine's limit, with room for the rest.
        var needed = (2L * options.Sizes.Repeat + 3) * options.Sizes.BlobMebibytes << 20;
        var free = new DriveInfo(options.Folder).AvailableFreeSpace;
        if (free < needed)
            throw new IOException($"{options.Folder} has {free >> 20} MiB free, and {needed >> 20} MiB are needed: see --folder and --repeat.");
    }

    private static void Publish(RunReport report, CompareOptions options, bool failed)
    {
        Console.WriteLine();
        Console.WriteLine(MarkdownTable.Of(report));
        foreach (var line in report.Missed())
            Console.WriteLine(line);

        var path = Repository.PathOf($"artifacts/benchmarks/compare-{report.At.Replace(":", "", StringComparison.Ordinal)}.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        report.Write(path);
        Console.WriteLine($"written: {path}");
        if (!failed && (options.WritesDocs ?? (options.Only.Count == 0 && !options.IsQuick && !options.IsAlone)))
            WriteDocs(report);
    }

    /// <summary>Puts the run over those that the documentation has, so that a part can be measured anew.</summary>
    private static void WriteDocs(RunReport report)
    {
        var data = Repository.PathOf("docs/performance.json");
        var page = Repository.PathOf("docs/performance.md");
        var merged = report.Over(RunReport.Read(data));
        merged.Write(data);
        MarkdownTable.WriteInto(page, merged);
        Console.WriteLine($"written: {page}, {data}");
    }
}
