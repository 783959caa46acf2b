namespace Berth.EndToEnd.Tests.Clients;

/// <summary>Installs packages where that is this process's to do: as root on Debian.</summary>
public static class DebianPackages
{
    private const string OsRelease = "/etc/os-release";

    private static readonly Dictionary<string, string?> Environment = new() { ["DEBIAN_FRONTEND"] = "noninteractive" };

    /// <summary>Installs packages.</summary>
    /// <returns>Why they could not be installed, or <see langword="null"/>.</returns>
    public static async Task<string?> TryInstallAsync(IReadOnlyList<string> packages)
    {
        if (ProgramPath.Find("apt-get") is not { } path || !await IsDebianAsync())
            return "this is not Debian";
        if (!System.Environment.IsPrivilegedProcess)
            return "only root may install it";

        var apt = new ClientProgram(path, Environment)
        {
            Options = ["-q", "-o", "DPkg::Lock::Timeout=60", "-o", "Acquire::Retries=1"],
            Limit = TimeSpan.FromSeconds(75),
        };
        try
        {
            await apt.RunAsync("update");
            // Downloading may be broken off at any time; what is left to do then needs no network and is short.
            await apt.RunAsync(["install", "-y", "--no-install-recommends", "--download-only", .. packages]);
            await apt.RunAsync(["install", "-y", "--no-install-recommends", "--no-download", .. packages]);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or Xunit.Sdk.XunitException)
        {
            return $"apt-get could not install it: {e.Message.Split('\n')[0]}";
        }
    }

    private static async Task<bool> IsDebianAsync() =>
        File.Exists(OsRelease)
        && (await File.ReadAllLinesAsync(OsRelease)).Any(line =>
            line.StartsWith("ID", StringComparison.Ordinal) && line.Contains("debian", StringComparison.Ordinal));
}
