using System.Collections.Concurrent;
using Berth.Guarantees.Tests.Promises;
using Berth.TestTools.Proxies;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Faults;

/// <summary>
/// Every request that a scenario makes to its store meets every fault; the client tries again; the promises hold.
/// BERTH_FAULT_CASES sets how many cases of each store are tried (a number, or all), BERTH_FAULT_SEED which and in what order,
/// BERTH_FAULT_STORES for which stores, BERTH_FAULT_CASE tries the one that it names.
/// </summary>
public sealed class FaultSweepTests(TestStores stores, ITestOutputHelper output) : IClassFixture<TestStores>
{
    /// <summary>What was pushed in parts at S3 is large: few of these fit into memory and time together.</summary>
    private const int Together = 6;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("BERTH_FAULT_CASES") is { Length: > 0 };

    private static readonly ConcurrentDictionary<(string Store, string Scenario), Task<int>> Requests = new();

    [SkippableTheory]
    [InlineData("azure", 15)]
    [InlineData("s3", 25)]
    [InlineData("oss", 15)]
    public async Task Whatever_befalls_a_request_to_the_store_the_promises_hold(string store, int few)
    {
        Skip.If(
            Environment.GetEnvironmentVariable("BERTH_FAULT_STORES") is { Length: > 0 } only && !only.Contains(store),
            "BERTH_FAULT_STORES names others");
        Skip.If(store == "azure" && stores.Azurite.Reason is not null, stores.Azurite.Reason);
        var (seed, count) = (Sweep.Seed("BERTH_FAULT_SEED"), Sweep.Setting("BERTH_FAULT_CASES", few));
        output.WriteLine($"BERTH_FAULT_SEED={seed}");

        var all = new List<FaultCase>();
        foreach (var scenario in Scenario.All)
        {
            var requests = await CountAsync(store, scenario.Name);
            output.WriteLine($"{store}, {scenario.Name}: {requests} requests");
            all.AddRange(FaultCase.Of(store, scenario.Name, requests));
        }

        var quick = Sweep.Choose(all.Where(one => !one.IsSlow), one => one.Scenario, count, seed);
        var slow = Sweep.Choose(
            all.Where(one => one.IsSlow && one.Times == 1), one => one.Scenario, IsLong ? count / 10 : 0, seed);
        output.WriteLine($"{quick.Count} of {all.Count(one => !one.IsSlow)} cases, {slow.Count} slow ones");
        await Sweep.RunAsync(quick, Together, TryAsync);
        await Sweep.RunAsync(slow, 4 * Together, TryAsync);
    }

    [SkippableFact]
    public async Task A_case_that_is_named_holds()
    {
        var name = Environment.GetEnvironmentVariable("BERTH_FAULT_CASE");
        Skip.If(name is null, "BERTH_FAULT_CASE names no case");
        await TryAsync(FaultCase.Parse(name));
    }

    /// <summary>How many requests a scenario makes when nothing happens.</summary>
    private Task<int> CountAsync(string store, string scenario) =>
        Requests.GetOrAdd((store, scenario), _ => TryAsync(new(store, scenario, 0, FaultKind.Refused, 0, Retrying.Repeat)));

    /// <returns>How many requests there were while it ran.</returns>
    private async Task<int> TryAsync(FaultCase one)
    {
        await using var place = await StoreBehindProxy.OpenAsync(
            stores, one.Store, new() { Delay = TimeSpan.FromSeconds(IsLong ? 30 : 12) });
        var storage = place.Place.Open();
        // Streamed, so that what befalls the bytes befalls the registry and not its client.
        await using var host = await RegistryHost.StartAsync(storage, new() { RedirectEnabled = false });
        using var play = new Play(
            host, new(), one.Retrying, storage.Objects.MinimumPartSize, seed: 1);
        var scenario = Scenario.Find(one.Scenario);
        await scenario.Prepare(play);

        place.Script.Arm(one.At, one.Kind, one.Times);
        try
        {
            await scenario.Run(play);
            place.Script.Disarm();
            var requests = place.Script.Count;
            await play.CheckAsync();
            if (one.At == 0)
                return requests;
            await scenario.Run(play); // whatever it left, what is done again works
            await play.CheckAsync();
            return requests;
        }
        catch (PromiseBrokenException e)
        {
            throw new PromiseBrokenException(
                $"{e.Message}\n  the store:\n  {string.Join("\n  ", place.Script.Log.SkipWhile(
                    line => !line.EndsWith(']')).Take(12))}");
        }
    }
}
