using System.Diagnostics;

namespace Berth.Benchmarks.Peers;

/// <summary>A program that is a registry.</summary>
internal abstract class RegistryProgram
{
    /// <summary>As it stands in tables.</summary>
    public abstract string Name { get; }

    /// <summary>Starts one that nothing else uses, and waits for its first answer.</summary>
    /// <param name="storage">Where it keeps what it has.</param>
    /// <param name="folder">For its own files.</param>
    /// <param name="cancellationToken">Ends the waiting, and the process.</param>
    public Task<RunningRegistry> StartAsync(RegistryStorage storage, string folder, CancellationToken cancellationToken)
    {
        var port = FreePort.Find();
        var start = Describe(storage, folder, port);
        start.WorkingDirectory = folder;
        return RunningRegistry.StartAsync(start, port, cancellationToken);
    }

    /// <summary>How it is started so that it listens on a port of 127.0.0.1.</summary>
    protected abstract ProcessStartInfo Describe(RegistryStorage storage, string folder, int port);

    /// <summary>Takes the caller's settings of any registry or SDK away, and sets others.</summary>
    protected static void ReplaceSettings(ProcessStartInfo start, IReadOnlyDictionary<string, string> settings)
    {
        string[] prefixes = ["BERTH", "REGISTRY_", "FUNCTIONS_", "AZUREWEBJOBS", "ASPNETCORE_", "AWS_", "DOTNET_GC", "DOTNET_TIERED", "DOTNET_READYTORUN"];
        foreach (var name in start.Environment.Keys.ToList())
        {
            if (prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
                start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
            start.Environment[name] = value;
    }
}
