using System.CommandLine;

namespace Berth.Benchmarks;

/// <summary>The command line of the comparer.</summary>
internal static class CompareCommand
{
    public const string Name = "compare";

    /// <summary>How long a cancelled run has to end the servers and remove the files.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    public static Task<int> RunAsync(string[] args)
    {
        var peer = new Option<string?>("--peer") { Description = "a registry of CNCF distribution's (docker-registry on the PATH)" };
        var berth = new Option<string?>("--berth") { Description = "a folder that Berth.Server was published to (this checkout's is published)" };
        var alone = new Option<bool>("--alone") { Description = "Berth without a peer" };
        var repeat = new Option<int?>("--repeat") { Description = "how many samples of everything (5)" };
        var only = new Option<string[]>("--only") { Description = "these workloads, names with * (all)", DefaultValueFactory = _ => [] };
        var quick = new Option<bool>("--quick") { Description = "little of everything, in two minutes, to see that it works" };
        var scale = new Option<bool>("--scale") { Description = "also Berth's listings with up to 100,000 entries" };
        var docs = new Option<bool?>("--docs") { Description = "write the table to docs/performance.md (when all is run at full size)" };
        var folder = new Option<string?>("--folder") { Description = "where the registries keep their data (the folder of temporary files)" };
        var list = new Option<bool>("--list") { Description = "only tell the names of the workloads" };
        var command = new RootCommand("Runs Berth.Server and another registry side by side, over the same work in turns, and compares them.")
        {
            peer, berth, alone, repeat, only, quick, scale, docs, folder, list,
        };
        command.SetAction(async (result, token) => await CompareRun.RunAsync(
            new()
            {
                Peer = result.GetValue(peer),
                Berth = result.GetValue(berth),
                IsAlone = result.GetValue(alone),
                Repeat = result.GetValue(repeat),
                Only = result.GetValue(only) ?? [],
                IsQuick = result.GetValue(quick),
                IsScaled = result.GetValue(scale),
                WritesDocs = result.GetValue(docs),
                Folder = result.GetValue(folder) ?? Path.GetTempPath(),
                ListsOnly = result.GetValue(list),
            },
            token));
        return command.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = EndLimit });
    }
}
