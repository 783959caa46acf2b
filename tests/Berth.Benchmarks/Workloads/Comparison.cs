using System.Diagnostics;
using Berth.Benchmarks.Peers;
using Berth.Benchmarks.Report;
using Berth.TestTools;

namespace Berth.Benchmarks.Workloads;

/// <summary>What workloads run in: who competes, how much is asked of them, and where the figures go.</summary>
/// <param name="programs">The registries, Berth first.</param>
/// <param name="sizes">How much is asked.</param>
/// <param name="folder">Where their data goes; everything in it is removed again.</param>
/// <param name="measurements">Where the figures go.</param>
internal sealed class Comparison(
    IReadOnlyList<(Side Side, RegistryProgram Program)> programs, Sizes sizes, string folder, Measurements measurements)
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public Sizes Sizes => sizes;

    public Measurements Measurements => measurements;

    public IEnumerable<Side> Sides => programs.Select(one => one.Side);

    /// <summary>Starts a registry over a storage.</summary>
    public async Task<Contestant> StartAsync(
        Side side, RegistryStorage? storage, CancellationToken cancellationToken)
    {
        var own = TemporaryFolder.CreateIn(folder);
        try
        {
            var program = programs.Single(one => one.Side == side).Program;
            storage ??= new RegistryStorage.Folder(own.Add("data"));
            return new(side, await program.StartAsync(storage, own.Add("work"), cancellationToken), own);
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>Starts a registry over a folder.</summary>
    public Task<Contestant> StartAsync(Side side, CancellationToken cancellationToken) =>
        StartAsync(side, null, cancellationToken);

    /// <summary>Starts all of them, each over a folder of its own.</summary>
    public async Task<Contestants> StartAllAsync(CancellationToken cancellationToken)
    {
        var all = new Contestants(cancellationToken);
        try
        {
            foreach (var side in Sides)
                all.Add(await StartAsync(side, cancellationToken));
            return all;
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    /// <summary>The sides in the order of a round: who was first is last in the next.</summary>
    public IEnumerable<Side> OrderOf(int round) => round % 2 == 0 ? Sides : Sides.Reverse();

    /// <summary>A folder for the machine's own limits, on the same disk.</summary>
    public TemporaryFolder CreateFolder() => TemporaryFolder.CreateIn(folder);

    /// <summary>Says how far it is.</summary>
    public void Tell(string text) => Console.WriteLine($"[{Stopwatch.GetElapsedTime(_began):mm\\:ss}] {text}");
}
