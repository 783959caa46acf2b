using System.Diagnostics;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>Berth in a process of its own, on a free port of 127.0.0.1.</summary>
public sealed class BerthServer : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private BerthServer(ChildProcess process) => _process = process;

    public Uri Address { get; private set; } = null!;

    /// <summary>The address as image names have it.</summary>
    public string Host => Address.Authority;

    /// <summary>All that the server has printed.</summary>
    public IReadOnlyCollection<string> Log => _process.Log;

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
    public Task<int> TerminateAsync() => _process.TerminateAsync();

    /// <summary>Ends it as a power cut would.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<BerthServer> StartAsync(string[] command, string workingFolder)
    {
        var start = new ProcessStartInfo(Repository.Dotnet, [.. command, "--Berth:Http:Address=127.0.0.1:0"])
        {
            WorkingDirectory = workingFolder,
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
            start.Environment.Remove(name);

        var server = new BerthServer(ChildProcess.Start(start));
        try
        {
            var words = (await server._process.WaitForLineAsync(IsFirstLine)).Split(' ', ',');
            server.Address = new(words.First(word => word.StartsWith("http://", StringComparison.Ordinal)));
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

    private static bool IsFirstLine(string line) =>
        line.StartsWith("Berth ", StringComparison.Ordinal) && line.Contains(" listens on ", StringComparison.Ordinal);
}
