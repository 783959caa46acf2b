using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Xunit.Sdk;

namespace Berth.TestTools;

/// <summary>
/// The programs of npm/package.json, in exactly the versions of its lock file, installed once per checkout under
/// artifacts/npm: no test process but the first waits for the network.
/// </summary>
public sealed class NpmPackages
{
    private const int OldestNode = 20;

    /// <summary>Set to 1 where tests on Azurite must run: what would skip them fails them.</summary>
    private const string RequiredVariable = "BERTH_REQUIRE_AZURITE";

    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(4);
    private static readonly Lazy<Task<NpmPackages>> Installed = new(InstallAsync);
    private static readonly Dictionary<string, string?> NoVariables = [];

    private readonly string _folder;

    private NpmPackages(string folder, string? reason = null) => (_folder, Reason) = (folder, reason);

    /// <summary>The node program; only where there is no <see cref="Reason"/>.</summary>
    public static string Node => ProgramPath.Find("node")!;

    /// <summary>Why there are no packages, to skip a test with, or <see langword="null"/>.</summary>
    public string? Reason { get; }

    /// <summary>The packages, installed now unless they are already.</summary>
    public static async Task<NpmPackages> GetAsync()
    {
        var packages = await Installed.Value;
        return packages.Reason is null || Environment.GetEnvironmentVariable(RequiredVariable) != "1"
            ? packages
            : throw new InvalidOperationException($"{RequiredVariable} is 1, but {packages.Reason}");
    }

    /// <summary>The path of a file below node_modules.</summary>
    public string PathOf(string path) => Path.Join(_folder, "node_modules", path);

    private static async Task<NpmPackages> InstallAsync()
    {
        var source = Repository.PathOf("tests/Berth.TestTools/npm");
        var folder = Directory.CreateDirectory(Repository.PathOf("artifacts/npm")).FullName;
        if (await FindReasonAsync() is { } reason)
            return new(folder, reason);

        await using var exclusive = await LockAsync(Path.Join(folder, "lock"));
        var stamp = Path.Join(folder, "installed");
        string[] files = ["package.json", "package-lock.json", ".npmrc"];
        var wanted = await HashAsync(files.Select(name => Path.Join(source, name)));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted)
            return new(folder);

        File.Delete(stamp);
        foreach (var name in files)
            File.Copy(Path.Join(source, name), Path.Join(folder, name), overwrite: true);
        // No scripts: they would compile what ships compiled.
        var npm = new ClientProgram(ProgramPath.Find("npm")!, NoVariables) { Folder = folder, Limit = InstallLimit };
        try
        {
            await npm.RunAsync(
                "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline",
                "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000");
        }
        catch (Exception e) when (e is TimeoutException or XunitException)
        {
            var errors = e.Message.Split('\n').Where(line => line.Contains("npm error")).Take(3);
            return new(folder, $"npm could not install the packages: {string.Join("; ", errors)}");
        }

        await File.WriteAllTextAsync(stamp, wanted);
        return new(folder);
    }

    private static async Task<string?> FindReasonAsync()
    {
        if (ProgramPath.Find("node") is not { } node || ProgramPath.Find("npm") is null)
            return "Node.js is not on the PATH";
        var version = (await new ClientProgram(node, NoVariables).RunAsync("--version")).Output.Trim();
        return int.TryParse(version.TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture, out var major)
            && major >= OldestNode
            ? null
            : $"Node.js is {version}, older than {OldestNode}";
    }

    /// <summary>Waits until no other process of the tests installs.</summary>
    private static async Task<FileStream> LockAsync(string path)
    {
        using var limit = new CancellationTokenSource(InstallLimit + InstallLimit);
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(200, limit.Token);
            }
        }
    }

    private static async Task<string> HashAsync(IEnumerable<string> paths)
    {
        var text = new StringBuilder();
        foreach (var path in paths)
            text.Append(await File.ReadAllTextAsync(path));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
