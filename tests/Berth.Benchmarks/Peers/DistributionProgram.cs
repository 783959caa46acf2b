using System.Diagnostics;
using System.Text.Json.Nodes;
using Berth.TestTools;

namespace Berth.Benchmarks.Peers;

/// <summary>CNCF distribution, the Docker registry: what Berth is compared with.</summary>
internal sealed class DistributionProgram : RegistryProgram
{
    private readonly string _path;

    private DistributionProgram(string path, string version) => (_path, Name) = (path, $"distribution {version}");

    public override string Name { get; }

    /// <param name="path">The program; <see langword="null"/> for Debian's docker-registry.</param>
    public static async Task<DistributionProgram> FindAsync(string? path)
    {
        path ??= ProgramPath.Find("docker-registry") ?? throw new FileNotFoundException(
            "docker-registry is not on the PATH (a package of Debian's has that name), and --peer names no other");
        var run = await new ClientProgram(path, new Dictionary<string, string?>()).RunAsync("--version");
        return new(path, run.Output.Trim().Split(' ')[^1].TrimStart('v').Split('+')[0]);
    }

    protected override ProcessStartInfo Describe(RegistryStorage storage, string folder, int port)
    {
        var configuration = new JsonObject // which is YAML
        {
            ["version"] = 0.1,
            // Neither side writes a line for each request: somebody would have to read it.
            ["log"] = new JsonObject { ["level"] = "error", ["accesslog"] = new JsonObject { ["disabled"] = true } },
            ["storage"] = new JsonObject { ["delete"] = new JsonObject { ["enabled"] = true } },
            ["http"] = new JsonObject { ["addr"] = $"127.0.0.1:{port}" },
        };
        var (driver, parameters) = DriverOf(storage);
        configuration["storage"]![driver] = parameters;
        var path = Path.Join(folder, "distribution.yml");
        File.WriteAllText(path, configuration.ToJsonString());
        var start = new ProcessStartInfo(_path, ["serve", path]);
        ReplaceSettings(start, new Dictionary<string, string> { ["OTEL_TRACES_EXPORTER"] = "none" });
        return start;
    }

    private static (string Driver, JsonObject Parameters) DriverOf(RegistryStorage storage) => storage switch
    {
        RegistryStorage.Folder folder => ("filesystem", new() { ["rootdirectory"] = folder.Path }),
        RegistryStorage.S3 s3 => ("s3", new()
        {
            ["bucket"] = s3.Bucket,
            ["region"] = s3.Region,
            ["regionendpoint"] = s3.Endpoint.AbsoluteUri,
            ["forcepathstyle"] = true,
            ["secure"] = false,
            ["accesskey"] = s3.Credential.AccessKeyId,
            ["secretkey"] = s3.Credential.Secret,
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(storage)),
    };
}
