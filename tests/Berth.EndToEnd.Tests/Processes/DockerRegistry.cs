using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>Debian's docker-registry over a folder, on a free port of this machine.</summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private DockerRegistry(ChildProcess process) => _process = process;

    public Uri Address { get; private set; } = null!;

    /// <summary>The address as image names have it.</summary>
    public string Host => Address.Authority;

    /// <summary>Starts one.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="folder">Where its configuration goes.</param>
    /// <param name="storage">The section of its storage driver.</param>
    public static async Task<DockerRegistry> StartAsync(string program, TemporaryFolder folder, JsonObject storage)
    {
        var configuration = new JsonObject // which is YAML
        {
            ["version"] = 0.1,
            ["log"] = new JsonObject { ["level"] = "info", ["formatter"] = "json" },
            ["storage"] = storage,
            ["http"] = new JsonObject { ["addr"] = "127.0.0.1:0" },
        };
        var path = folder.At("docker-registry.yml");
        await File.WriteAllTextAsync(path, configuration.ToJsonString());
        var start = new ProcessStartInfo(program, ["serve", path]) { WorkingDirectory = folder.Path };
        // Nothing of the caller's may configure it.
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
            start.Environment.Remove(name);
        start.Environment["NO_PROXY"] = "*";

        var registry = new DockerRegistry(ChildProcess.Start(start));
        try
        {
            const string Listening = "listening on ";
            var line = await registry._process.WaitForLineAsync(
                line => line.Contains(Listening, StringComparison.Ordinal));
            var address = line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..];
            var port = new string([.. address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..].TakeWhile(char.IsAsciiDigit)]);
            registry.Address = new UriBuilder("http", "127.0.0.1", int.Parse(port, CultureInfo.InvariantCulture)).Uri;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }

        return registry;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static bool IsSetting(string name) =>
        name.StartsWith("REGISTRY_", StringComparison.Ordinal) || name.StartsWith("AWS_", StringComparison.Ordinal);
}
