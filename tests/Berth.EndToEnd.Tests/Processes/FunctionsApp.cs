using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>
/// The Functions app as it was built: with the polyfills a program of its own, with the official packages a worker that
/// <c>func</c> starts.
/// </summary>
public static class FunctionsApp
{
    /// <summary>host.json, the settings shipped, and the app.</summary>
    public static string Folder => Repository.PathOf($"src/Berth.Functions/bin/{Repository.Configuration}/net10.0");

    /// <summary>Whether the official packages were built in.</summary>
    public static bool IsOfficial => File.Exists(Path.Join(Folder, "worker.config.json"));

    /// <summary>Why it cannot be started, to skip a test with, or <see langword="null"/>.</summary>
    public static string? Reason =>
        IsOfficial && ProgramPath.Find("func") is null
            ? "no Azure Functions Core Tools: func is not on the PATH, and this build has the official worker"
            : null;

    /// <summary>How it is started.</summary>
    public static ProcessStartInfo Describe(string port) =>
        IsOfficial
            ? new("func", ["start", "--script-root", Folder, "--port", port])
            : new(Repository.Dotnet, [Path.Join(Folder, "Berth.Functions.dll"), "--port", port]);

    /// <summary>Whether a line of what is printed at the start tells where the function is.</summary>
    public static bool IsAddressLine(string line) => line.Contains("Registry: [GET,", StringComparison.Ordinal);

    /// <summary>Settings for a container and a table of Azurite that nothing else uses; without Azurite the test is skipped.</summary>
    public static async Task<Dictionary<string, string>> RequireStorageAsync()
    {
        var azurite = await Azurite.SharedAsync();
        Skip.If(azurite.Reason is not null, azurite.Reason);
        var name = $"e2e{Guid.NewGuid():n}";
        return new()
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["Berth__Storage__Azure__Container"] = name,
            ["Berth__Storage__Azure__Table"] = name,
        };
    }

    /// <summary>A port that nothing listens on.</summary>
    public static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
