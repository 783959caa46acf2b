using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Berth.Benchmarks.Load;
using Berth.TestTools;

namespace Berth.Benchmarks.Peers;

/// <summary>A registry in a process of its own, until it is disposed of.</summary>
internal sealed class RunningRegistry : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenPings = TimeSpan.FromMilliseconds(1);

    private readonly ChildProcess _process;

    private RunningRegistry(ChildProcess process, int port) =>
        (_process, Server, Figures) = (process, new(IPAddress.Loopback, port), new(process.Id));

    /// <summary>Where it listens.</summary>
    public IPEndPoint Server { get; }

    /// <summary>From the start of its process to its first 200 of GET /v2/.</summary>
    public TimeSpan StartTime { get; private set; }

    public ProcessFigures Figures { get; }

    public static async Task<RunningRegistry> StartAsync(
        ProcessStartInfo start, int port, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var registry = new RunningRegistry(ChildProcess.Start(start), port);
        try
        {
            while (!registry.Answers())
            {
                if (registry._process.HasExited || Stopwatch.GetElapsedTime(began) > StartLimit)
                    throw new InvalidOperationException($"It does not answer:\n{string.Join('\n', registry._process.Log)}");
                await Task.Delay(BetweenPings, cancellationToken);
            }

            registry.StartTime = Stopwatch.GetElapsedTime(began);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private bool Answers()
    {
        try
        {
            using var connection = new HttpConnection(Server);
            return connection.Send("GET", "/v2/").Status == 200;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
