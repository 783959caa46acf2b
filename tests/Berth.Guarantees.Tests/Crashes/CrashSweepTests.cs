using System.Globalization;
using Berth.Guarantees.Tests.Promises;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Crashes;

/// <summary>
/// The server is killed before and after every call that a scenario makes to its store; another one is started over the
/// folder; the client goes on; the promises hold. BERTH_CRASH_CASES sets how many cases are tried (a number, or all),
/// BERTH_CRASH_SEED which, BERTH_CRASH_CASE tries the one that it names.
/// </summary>
public sealed class CrashSweepTests(ITestOutputHelper output)
{
    private const int Few = 20;

    [Fact]
    public async Task Wherever_the_server_is_killed_the_promises_hold()
    {
        var (seed, count) = (Sweep.Seed("BERTH_CRASH_SEED"), Sweep.Setting("BERTH_CRASH_CASES", Few));
        output.WriteLine($"BERTH_CRASH_SEED={seed}");
        var all = new List<CrashCase>();
        foreach (var scenario in Scenario.All)
        {
            var calls = await CountAsync(scenario);
            output.WriteLine($"{scenario.Name}: {calls} calls");
            all.AddRange(CrashCase.Of(scenario.Name, calls));
        }

        var chosen = Sweep.Choose(all, one => one.Scenario, count, seed);
        output.WriteLine($"{chosen.Count} of {all.Count} cases");
        await Sweep.RunAsync(chosen, Environment.ProcessorCount + 1, TryAsync);
    }

    [SkippableFact]
    public async Task A_case_that_is_named_holds()
    {
        var name = Environment.GetEnvironmentVariable("BERTH_CRASH_CASE");
        Skip.If(name is null, "BERTH_CRASH_CASE names no case");
        await TryAsync(CrashCase.Parse(name));
    }

    [Fact]
    public async Task The_server_is_killed_at_the_call_that_is_meant()
    {
        using var folder = TemporaryFolder.CreateInMemory();
        await using var server = await MortalServer.StartAsync(() => Open(folder), MortalServer.Command, "3", "after", folder.Path);
        using var play = new Play(server, new(), Retrying.Restart, 65_536, seed: 1);
        await Scenario.Find("push").Run(play);

        Assert.True(server.HasEnded);
    }

    private static async Task<int> CountAsync(Scenario scenario)
    {
        using var folder = TemporaryFolder.CreateInMemory();
        var fuse = new Fuse(0, after: false);
        await using var host = await RegistryHost.StartAsync(MortalServer.OpenFolder(folder.Path, fuse));
        using var play = new Play(host, new(), Retrying.Repeat, 65_536, seed: 1);
        await scenario.Prepare(play);
        var before = fuse.Count;
        await scenario.Run(play);
        return fuse.Count - before;
    }

    private static async Task TryAsync(CrashCase one)
    {
        using var folder = TemporaryFolder.CreateInMemory();
        var ledger = new Ledger();
        var scenario = Scenario.Find(one.Scenario);
        await using (var host = await RegistryHost.StartAsync(Open(folder)))
        {
            using var before = new Play(host, ledger, one.Retrying, 65_536, seed: 1);
            await scenario.Prepare(before);
        }

        await using var server = await MortalServer.StartAsync(
            () => Open(folder), MortalServer.Command, one.At.ToString(CultureInfo.InvariantCulture),
            one.After ? "after" : "before", folder.Path);
        using var play = new Play(server, ledger, one.Retrying, 65_536, seed: 1);
        await scenario.Run(play);
        if (!server.HasEnded)
            await server.EndAsync(); // the last calls need not be made before the last answer
        await play.CheckAsync();
        await scenario.Run(play); // whatever it left, what is done again works
        await play.CheckAsync();
    }

    private static RegistryStorage Open(TemporaryFolder folder)
    {
        var files = new FileSystemObjects(folder.Path);
        return RegistryStorage.Over(files, files);
    }
}
