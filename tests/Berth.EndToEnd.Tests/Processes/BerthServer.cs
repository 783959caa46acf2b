using System.Diagnostics;
using System.Globalization;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>Berth in a process of its own, on a free port of this machine: Berth.Server, or the Functions app.</summary>
public sealed class BerthServer : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private BerthServer(ChildProcess process) => _process = process;

    public Uri Address { get; private set; } = null!;

    /// <summary>The address as image names have it.</summary>
    public string Host => Address.Authority;

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>All that the server has printed.</summary>
    public IReadOnlyCollection<string> Log => _process.Log;

    /// <summary>Starts the program that was built.</summary>
    public static Task<BerthServer> StartAsync(string dataFolder) => StartOnKestrelAsync(
        [Path.Join(AppContext.BaseDirectory, "Berth.Server.dll"), $"--Berth:Storage:FileSystem:Root={dataFolder}"],
        Path.GetTempPath());

    /// <summary>Starts the Functions app that was built, or skips the test.</summary>
    /// <param name="settings">What are app settings on the platform.</param>
    /// <param name="port">Where it listens; <see langword="null"/> for a free port.</param>
    public static Task<BerthServer> StartFunctionsAsync(IReadOnlyDictionary<string, string> settings, string? port = null)
    {
        Skip.If(FunctionsApp.Reason is not null, FunctionsApp.Reason);
        var start = FunctionsApp.Describe(port ?? FunctionsApp.FreePort());
        ReplaceSettings(start, settings);
        return StartAsync(start, FunctionsApp.IsAddressLine);
    }

    /// <summary>Starts it with variables in place of a folder.</summary>
    public static Task<BerthServer> StartAsync(IReadOnlyDictionary<string, string> settings, string port = "0") =>
        StartOnKestrelAsync(
            [Path.Join(AppContext.BaseDirectory, "Berth.Server.dll")], Path.GetTempPath(), settings, port);

    /// <summary>Starts it by the README's command, but from another folder, and without building it again.</summary>
    public static Task<BerthServer> StartByReadmeAsync(string workingFolder)
    {
        var command = Repository.ReadmeCommand[1..].Select(word => word.Contains('/') ? Repository.PathOf(word) : word);
        return StartOnKestrelAsync([.. command, "--no-build", "-c", Repository.Configuration, "--"], workingFolder);
    }

    /// <summary>The first line printed, so far or later, that is the one.</summary>
    public Task<string> WaitForLineAsync(Func<string, bool> isLine) => _process.WaitForLineAsync(isLine);

    /// <summary>The most memory that its process has held at once, in bytes, as Linux counts it.</summary>
    public async Task<long> ReadPeakMemoryAsync()
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{_process.Id}/status");
        var words = lines.Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return 1024 * long.Parse(words[^2], CultureInfo.InvariantCulture);
    }

    /// <summary>Asks it to end, and waits.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> TerminateAsync() => _process.TerminateAsync();

    /// <summary>Ends it as a power cut would.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static Task<BerthServer> StartOnKestrelAsync(
        string[] command, string workingFolder, IReadOnlyDictionary<string, string>? settings = null, string port = "0")
    {
        var start = new ProcessStartInfo(Repository.Dotnet, [.. command, $"--Berth:Http:Address=127.0.0.1:{port}"])
        {
            WorkingDirectory = workingFolder,
        };
        ReplaceSettings(start, settings ?? new Dictionary<string, string>());
        return StartAsync(start, IsFirstLine);
    }

    private static async Task<BerthServer> StartAsync(ProcessStartInfo start, Func<string, bool> isAddressLine)
    {
        var server = new BerthServer(ChildProcess.Start(start));
        try
        {
            var words = (await server._process.WaitForLineAsync(isAddressLine)).Split(' ', ',', '{');
            server.Address = new(words.First(word => word.StartsWith("http://", StringComparison.Ordinal)));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    private static void ReplaceSettings(ProcessStartInfo start, IReadOnlyDictionary<string, string> settings)
    {
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
    }

    /// <summary>Whether a variable of the caller would configure the server under test.</summary>
    private static bool IsSetting(string name) =>
        name.StartsWith("BERTH", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("REGISTRY_", StringComparison.Ordinal)
        || name.StartsWith("FUNCTIONS_", StringComparison.Ordinal)
        || name.StartsWith("AzureWebJobs", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("AWS_", StringComparison.Ordinal);

    private static bool IsFirstLine(string line) =>
        line.StartsWith("Berth ", StringComparison.Ordinal) && line.Contains(" listens on ", StringComparison.Ordinal);
}
