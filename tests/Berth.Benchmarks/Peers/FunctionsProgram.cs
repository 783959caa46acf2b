using System.Diagnostics;
using System.Globalization;
using Berth.TestTools;

namespace Berth.Benchmarks.Peers;

/// <summary>
/// The Functions app as it is published. With the stand-in for the worker (eng/polyfills) it is host and worker in one process:
/// what the real host adds, a process in front that hands each request on, is not in its figures.
/// </summary>
internal sealed class FunctionsProgram : RegistryProgram
{
    private readonly string _folder;

    private FunctionsProgram(string folder) => _folder = folder;

    public override string Name => "Berth.Functions";

    private bool IsOfficial => File.Exists(Path.Join(_folder, "worker.config.json"));

    /// <summary>Why it cannot be started, or <see langword="null"/>.</summary>
    public string? Reason => IsOfficial && ProgramPath.Find("func") is null
        ? "no Azure Functions Core Tools: func is not on the PATH, and this build has the official worker"
        : null;

    public static async Task<FunctionsProgram> PublishAsync() =>
        new(await BerthProgram.PublishAsync("src/Berth.Functions", "-p:AllowPolyfillsInPublish=true"));

    protected override ProcessStartInfo Describe(RegistryStorage storage, string folder, int port)
    {
        var number = port.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = IsOfficial
            ? new("func", ["start", "--script-root", _folder, "--port", number])
            : new(Repository.Dotnet, [Path.Join(_folder, "Berth.Functions.dll"), "--port", number]);
        ReplaceSettings(start, new Dictionary<string, string>(BerthProgram.SettingsOf(storage))
        {
            ["Berth__Log__Level"] = "warn",
        });
        return start;
    }
}
