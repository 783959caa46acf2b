using System.Net;
using Berth.Benchmarks.Load;
using Berth.Benchmarks.Peers;
using Berth.Benchmarks.Report;
using Berth.TestTools;

namespace Berth.Benchmarks.Workloads;

/// <summary>A registry that runs for a workload, with a folder that goes with it.</summary>
internal sealed class Contestant(Side side, RunningRegistry registry, TemporaryFolder folder) : IAsyncDisposable
{
    public Side Side => side;

    public RunningRegistry Registry => registry;

    public IPEndPoint Server => registry.Server;

    /// <summary>A connection of its own.</summary>
    public RegistryClient Connect() => new(Server);

    public async ValueTask DisposeAsync()
    {
        await registry.DisposeAsync();
        folder.Dispose();
    }
}
