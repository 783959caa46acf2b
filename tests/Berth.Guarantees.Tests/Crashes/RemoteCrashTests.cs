using Berth.Guarantees.Tests.Faults;
using Berth.Guarantees.Tests.Promises;
using Berth.TestTools.Proxies;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Crashes;

/// <summary>
/// As <see cref="CrashSweepTests"/>, over stores that are reached by HTTP: the server is killed before the k-th request reaches
/// the store, or when the store has answered it. BERTH_REMOTE_CRASH_CASES, BERTH_CRASH_SEED and BERTH_CRASH_STORES say what is
/// tried.
/// </summary>
public sealed class RemoteCrashTests(TestStores stores, ITestOutputHelper output) : IClassFixture<TestStores>
{
    [SkippableTheory]
    [InlineData(StorePlace.Azure, 5)]
    [InlineData(StorePlace.S3, 5)]
    public async Task Wherever_the_server_is_killed_the_promises_hold(string store, int few)
    {
        Skip.If(
            Environment.GetEnvironmentVariable("BERTH_CRASH_STORES") is { Length: > 0 } only && !only.Contains(store),
            "BERTH_CRASH_STORES names others");
        Skip.If(store == StorePlace.Azure && stores.Azurite.Reason is not null, stores.Azurite.Reason);
        var (seed, count) = (Sweep.Seed("BERTH_CRASH_SEED"), Sweep.Setting("BERTH_REMOTE_CRASH_CASES", few));
        output.WriteLine($"BERTH_CRASH_SEED={seed}");
        var all = new List<CrashCase>();
        foreach (var scenario in Scenario.All)
            all.AddRange(CrashCase.Of(scenario.Name, await CountAsync(store, scenario)));

        var chosen = Sweep.Choose(all, one => one.Scenario, count, seed);
        output.WriteLine($"{chosen.Count} of {all.Count} cases");
        await Sweep.RunAsync(chosen, Environment.ProcessorCount + 1, one => TryAsync(store, one));
    }

    private async Task<int> CountAsync(string store, Scenario scenario)
    {
        await using var behind = await StoreBehindProxy.OpenAsync(stores, store, new());
        var storage = behind.Place.Open();
        await using var host = await RegistryHost.StartAsync(storage, new() { RedirectEnabled = false });
        using var play = new Play(host, new(), Retrying.Repeat, storage.Objects.MinimumPartSize, seed: 1);
        await scenario.Prepare(play);
        behind.Script.Arm(0, FaultKind.Refused);
        await scenario.Run(play);
        return behind.Script.Count;
    }

    private async Task TryAsync(string store, CrashCase one)
    {
        var scenario = Scenario.Find(one.Scenario);
        var ledger = new Ledger();
        await using var behind = await StoreBehindProxy.OpenAsync(stores, store, new());
        var partSize = behind.Place.Open().Objects.MinimumPartSize;
        await using (var host = await RegistryHost.StartAsync(behind.Place.Open()))
        {
            using var before = new Play(host, ledger, one.Retrying, partSize, seed: 1);
            await scenario.Prepare(before);
        }

        await using var server = await MortalServer.StartAsync(
            behind.Place.Open, [MortalServer.RemoteCommand, .. behind.Place.ToArguments()]);
        behind.Script.Happening = server.KillAsync;
        behind.Script.Arm(one.At, one.After ? FaultKind.AnswerLost : FaultKind.Refused);
        using var play = new Play(server, ledger, one.Retrying, partSize, seed: 1);
        await scenario.Run(play);
        behind.Script.Disarm();
        if (!server.HasEnded)
            await server.EndAsync();
        await play.CheckAsync();
        await scenario.Run(play); // whatever it left, what is done again works
        await play.CheckAsync();
    }
}
