using System.Globalization;
using Berth.Guarantees.Tests.Promises;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Crashes;

/// <summary>
/// The power goes after any call to the system that changes the folder: what no fsync had made durable may be lost, torn, or
/// there in any combination. The folder is made again as it may be then, and a server started over it: all that had been
/// answered holds, and the client goes on. BERTH_POWER_CASES sets how many states are tried (a number, or all),
/// BERTH_POWER_SEED which, BERTH_POWER_SCENARIO of which scenario.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Few = 40;

    /// <summary>More than any recording has set its clock forward by.</summary>
    private const int HoursRecorded = 1_000;

    /// <summary>How many states of each moment are tried in which some of the changes are lost.</summary>
    private const int Combinations = 3;

    [SkippableFact]
    public async Task Whenever_the_power_goes_all_that_was_answered_is_there()
    {
        Skip.If(ProgramPath.Find("strace") is null, "no strace");
        var (seed, count) = (Sweep.Seed("BERTH_POWER_SEED"), Sweep.Setting("BERTH_POWER_CASES", Few));
        output.WriteLine($"BERTH_POWER_SEED={seed}");
        var only = Environment.GetEnvironmentVariable("BERTH_POWER_SCENARIO");
        var scenarios = Scenario.All.Where(scenario => only is null || scenario.Name == only).ToArray();
        using var folder = TemporaryFolder.CreateInMemory();
        var recorded = await RecordAsync(folder, scenarios);

        var cases = Sweep.Choose(recorded.SelectMany(one => one.Cases(seed)), one => one.Recording, count, seed);
        output.WriteLine($"{cases.Count} of {recorded.Sum(one => one.Cases(seed).Count())} states");
        // In the order of their moments, so that each disk is played once.
        await Sweep.RunAsync(
            [.. cases.GroupBy(one => one.Recording).Select(group => group.OrderBy(one => one.Moment).ToArray())],
            Environment.ProcessorCount, TryAsync);
    }

    private async Task<List<Recording>> RecordAsync(TemporaryFolder folder, Scenario[] scenarios)
    {
        var roots = scenarios.Select((_, number) => folder.Add($"root{number}")).ToArray();
        var ledgers = scenarios.Select(_ => new Ledger()).ToArray();
        await using var server = await TracedServer.StartAsync(folder.At("trace"), roots);
        for (var number = 0; number < scenarios.Length; number++)
        {
            using var play = NewPlay(server.Registries[number], ledgers[number]);
            await scenarios[number].Prepare(play);
            await scenarios[number].Run(play);
        }

        var calls = await server.EndAsync();
        var recorded = scenarios
            .Select((scenario, number) => new Recording(
                scenario, roots[number], ledgers[number],
                [.. calls.Where(new RecordedDisk(roots[number]).Concerns).OrderBy(call => call.EndLine)]))
            .ToList();
        foreach (var recording in recorded)
            output.WriteLine($"{recording.Scenario.Name}: {recording.Calls.Count} calls");
        return recorded;
    }

    private static async Task TryAsync(PowerCase[] cases)
    {
        var recording = cases[0].Recording;
        var disk = new RecordedDisk(recording.Root);
        var starts = new Queue<SystemCall>(recording.Calls.OrderBy(call => call.StartLine));
        var done = 0;
        foreach (var one in cases)
        {
            for (; done <= one.Moment; done++)
            {
                while (starts.TryPeek(out var next) && next.StartLine <= recording.Calls[done].EndLine)
                    disk.Begin(starts.Dequeue());
                disk.End(recording.Calls[done]);
            }

            try
            {
                await TryAsync(one, disk);
            }
            catch (PromiseBrokenException e)
            {
                throw new PromiseBrokenException($"{one}\n{e.Message}");
            }
        }
    }

    private static async Task TryAsync(PowerCase one, RecordedDisk disk)
    {
        using var folder = TemporaryFolder.CreateInMemory();
        disk.Restore(new(one.Loss, one.Seed), folder.Path);
        var files = new FileSystemObjects(folder.Path);
        await using var host = await RegistryHost.StartAsync(RegistryStorage.Over(files, files));
        using var play = NewPlay(host, one.Recording.Ledger.Until(one.Recording.EndOf(one.Moment)));
        play.Hours = HoursRecorded;
        await play.CheckAsync();
        await PromiseCheck.FinishUploadsAsync(play.Client, play.Client.Ledger.Now);
        await play.CheckAsync();
        await one.Recording.Scenario.Prepare(play); // whatever it left, what is done again works
        await one.Recording.Scenario.Run(play);
        await play.CheckAsync();
    }

    private static Play NewPlay(IRegistryUnderTest registry, Ledger ledger) =>
        new(registry, ledger, Retrying.Repeat, 65_536, seed: 1);

    /// <summary>A scenario as it was run, and what it did to its folder.</summary>
    private sealed record Recording(Scenario Scenario, string Root, Ledger Ledger, IReadOnlyList<SystemCall> Calls)
    {
        /// <summary>When the state after a call was over: what was answered by then was answered in it, or before.</summary>
        public DateTimeOffset EndOf(int moment) =>
            moment + 1 < Calls.Count ? Calls[moment + 1].Ended : DateTimeOffset.MaxValue;

        public IEnumerable<PowerCase> Cases(int seed) =>
            from moment in Enumerable.Range(0, Calls.Count)
            from loss in new[] { Loss.Nothing, Loss.Everything }
                .Concat(Enumerable.Repeat(Loss.Something, Combinations)).Select((loss, number) => (loss, number))
            select new PowerCase(this, moment, loss.loss, seed + loss.number);
    }

    /// <summary>A state after a call.</summary>
    private sealed record PowerCase(Recording Recording, int Moment, Loss Loss, int Seed)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Recording.Scenario.Name}, after call {Moment} ({Recording.Calls[Moment].Name} {string.Join(' ', Recording.Calls[Moment].Paths)}), losing {Loss}, seed {Seed}");
    }
}
