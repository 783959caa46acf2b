using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>CNCF distribution, the Docker registry, in a process of its own: what Berth is compared with.</summary>
public sealed class DistributionServer : IAsyncDisposable
{
    /// <summary>Names another program than Debian's: a newer release.</summary>
    private const string Variable = "BERTH_PEER";

    private const int MostPings = 100;

    private static readonly TimeSpan BetweenPings = TimeSpan.FromMilliseconds(100);

    private readonly ChildProcess _process;
    private readonly string _configuration;

    private DistributionServer(ChildProcess process, string configuration, Uri address) =>
        (_process, _configuration, Address) = (process, configuration, address);

    public Uri Address { get; }

    /// <summary>Such as <c>distribution 3.1.1</c>.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Starts it, or skips the test.</summary>
    /// <param name="settings">Its REGISTRY_… variables, for storage.</param>
    public static async Task<DistributionServer> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var program = Environment.GetEnvironmentVariable(Variable) ?? ProgramPath.Find("docker-registry");
        Skip.If(program is null, $"docker-registry is not installed, and {Variable} names no other");

        // The package's own configuration names a storage driver, which variables can add to but not replace.
        var configuration = Path.GetTempFileName();
        await File.WriteAllTextAsync(configuration, "version: 0.1\nlog: {level: warn}\n");
        var port = FindFreePort();
        var start = new ProcessStartInfo(program, ["serve", configuration]);
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
            start.Environment.Remove(name);
        start.Environment["REGISTRY_HTTP_ADDR"] = $"127.0.0.1:{port}";
        start.Environment["OTEL_TRACES_EXPORTER"] = "none";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var server = new DistributionServer(
            ChildProcess.Start(start), configuration, new($"http://127.0.0.1:{port}"));
        try
        {
            var version = await new ClientProgram(program, new Dictionary<string, string?>()).RunAsync("--version");
            server.Name = $"distribution {version.Output.Trim().Split(' ')[^1].TrimStart('v').Split('+')[0]}";
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        File.Delete(_configuration);
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("REGISTRY_", StringComparison.Ordinal) || name.StartsWith("AWS_", StringComparison.Ordinal);

    private async Task WaitAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var ping = 1; ; ping++)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(Address, "/v2/"));
                response.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (ping < MostPings && !_process.HasExited)
            {
                await Task.Delay(BetweenPings);
            }
            catch (HttpRequestException e)
            {
                throw new InvalidOperationException($"It does not answer:\n{string.Join('\n', _process.Log)}", e);
            }
        }
    }

    /// <summary>It cannot tell which port it was given, so one is found that is free now.</summary>
    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
