using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Berth.Tests.Protocol;

namespace Berth.Tests.Server;

/// <summary>The real process and SIGTERM: who comes late is answered, what runs is finished, and an upload goes on elsewhere.</summary>
public sealed partial class DrainTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServerFolder _folder = new();
    private readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
            process.Dispose();
        }
        _folder.Dispose();
    }

    [SkippableFact]
    public async Task After_SIGTERM_probes_fail_requests_are_answered_downloads_finish_and_uploads_are_saved()
    {
        Skip.If(RuntimeInformation.IsOSPlatform(OSPlatform.Windows), "signals are Unix's");
        var (process, address) = await StartAsync("--Berth:DrainDelay=3s", "--Berth:ShutdownTimeout=12s");
        using var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = address };
        var client = new Client(http);
        var content = Client.RandomBytes(40_000_000);
        var digest = await client.PushBlobAsync("library/app", content);
        // A download that waits for its reader, and an upload that waits for its client.
        using var download = await http.GetAsync(
            new Uri($"/v2/library/app/blobs/{digest}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        var location = await client.StartUploadAsync("library/app");
        await using var upload = await RawHttp.ConnectAsync(address);
        await upload.SendHeadAsync("PATCH", location, $"Content-Length: {content.Length}");
        await upload.SendAsync(content.AsMemory(0, 500_000));

        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }
        await UntilAsync(async () =>
        {
            using var ready = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
            return ready.StatusCode == HttpStatusCode.ServiceUnavailable
                && (await ready.Content.ReadAsStringAsync()).Contains("draining", StringComparison.Ordinal);
        });
        (await http.GetAsync(new Uri("/v2/", UriKind.Relative))).EnsureSuccessStatusCode().Dispose();
        // The upload is ended before the download has to be.
        Assert.Equal(503, (await upload.ReadAsync()).Status);
        Assert.Equal(content, await download.Content.ReadAsByteArrayAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, process.ExitCode);

        (_, address) = await StartAsync();
        using var second = new HttpClient { BaseAddress = address };
        using var status = await second.GetAsync(new Uri(location, UriKind.Relative));
        Assert.Equal("0-499999", Assert.Single(status.Headers.GetValues("Range")));
        using var rest = new ByteArrayContent(content[500_000..]);
        rest.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var finished = await second.PutAsync(new Uri($"{location}?digest={digest}", UriKind.Relative), rest);
        Assert.Equal(HttpStatusCode.Created, finished.StatusCode);
    }

    [SkippableFact]
    public async Task Metrics_are_at_an_address_of_their_own_and_nowhere_else()
    {
        var port = FreePort();
        var (_, address) = await StartAsync($"--Berth:Telemetry:MetricsAddress=127.0.0.1:{port}");
        using var http = new HttpClient();

        (await http.GetAsync(new Uri(address, "/v2/"))).EnsureSuccessStatusCode().Dispose();
        // A request is counted when it is over, which is after its client has the answer.
        await UntilAsync(async () => (await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"))).Contains(
            "http_server_request_duration_seconds_count{http_request_method=\"GET\"", StringComparison.Ordinal));

        foreach (var uri in new[] { new Uri(address, "/metrics"), new Uri($"http://127.0.0.1:{port}/v2/") })
        {
            using var response = await http.GetAsync(uri);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private async Task<(Process Process, Uri Address)> StartAsync(params string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var server = Path.Combine(
            ArchitectureTests.Root, "src", "Berth.Server", "bin", output.Parent!.Name, output.Name, "Berth.Server.dll");
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = _folder.Working,
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])[server, "--Berth:Http:Address=127.0.0.1:0", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var name in start.Environment.Keys.Where(name => NameOfASetting().IsMatch(name)).ToList())
        {
            start.Environment.Remove(name);
        }
        var process = Process.Start(start)!;
        _processes.Add(process);
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        var match = FirstLine().Match(line ?? "");
        Assert.True(match.Success, $"first line: {line}");
        _ = process.StandardOutput.ReadToEndAsync();
        return (process, new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex("listens on (http://[^,]+),")]
    private static partial Regex FirstLine();

    [GeneratedRegex("^(Berth__|REGISTRY_|BERTH_|OTEL_)", RegexOptions.IgnoreCase)]
    private static partial Regex NameOfASetting();
}
