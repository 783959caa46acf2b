using System.Collections.Concurrent;
using System.Diagnostics;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>Berth in a process of its own, on a free port of 127.0.0.1.</summary>
public sealed class BerthServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BerthServer(Process process)
    {
        _process = process;
        // Also when the run is cancelled and no fixture is disposed of.
        AppDomain.CurrentDomain.ProcessExit += EndProcess;
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>The address as image names have it.</summary>
    public string Host => Address.Authority;

    /// <summary>All that the server has printed.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Starts the program that was built.</summary>
    public static Task<BerthServer> StartAsync(string dataFolder) => StartAsync(
        [Path.Join(AppContext.BaseDirectory, "Berth.Server.dll"), $"--Berth:Storage:FileSystem:Root={dataFolder}"],
        Path.GetTempPath());

    /// <summary>Starts it by the README's command, but from another folder, and without building it again.</summary>
    public static Task<BerthServer> StartByReadmeAsync(string workingFolder)
    {
        var command = Repository.ReadmeCommand[1..].Select(word => word.Contains('/') ? Repository.PathOf(word) : word);
        return StartAsync([.. command, "--no-build", "-c", Repository.Configuration, "--"], workingFolder);
    }

    /// <summary>Asks it to end, and waits.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        var shell = new ClientProgram("/bin/sh", new Dictionary<string, string?>());
        await shell.RunAsync("-c", $"kill -TERM {_process.Id}");
        await WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        EndProcess(null, EventArgs.Empty);
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndProcess;
        await KillAsync();
        _process.Dispose();
    }

    private static async Task<BerthServer> StartAsync(string[] command, string workingFolder)
    {
        var start = new ProcessStartInfo(Repository.Dotnet, [.. command, "--Berth:Http:Address=127.0.0.1:0"])
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
            start.Environment.Remove(name);

        var server = new BerthServer(Process.Start(start)!);
        try
        {
            await server.WaitForFirstLineAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>Whether a variable of the caller would configure the server under test.</summary>
    private static bool IsSetting(string name) =>
        name.StartsWith("BERTH", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("REGISTRY_", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase);

    private async Task WaitForFirstLineAsync()
    {
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Limit);
        await Task.WhenAny(_firstLine.Task, _process.WaitForExitAsync(limit.Token));
        Assert.True(_firstLine.Task.IsCompleted, $"the server did not start:\n{string.Join('\n', _log)}");
        var words = (await _firstLine.Task).Split(' ', ',');
        Address = new(words.First(word => word.StartsWith("http://", StringComparison.Ordinal)));
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        _log.Enqueue(line);
        if (line.StartsWith("Berth ", StringComparison.Ordinal)
            && line.Contains(" listens on ", StringComparison.Ordinal))
            _firstLine.TrySetResult(line);
    }

    private async Task WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
    }

    private void EndProcess(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }
}
