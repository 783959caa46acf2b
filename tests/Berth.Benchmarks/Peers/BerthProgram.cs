using System.Diagnostics;
using System.Runtime.InteropServices;
using Berth.TestTools;

namespace Berth.Benchmarks.Peers;

/// <summary>Berth.Server as a user publishes and runs it: compiled ahead (ReadyToRun), on the machine's .NET.</summary>
internal sealed class BerthProgram : RegistryProgram
{
    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(5);

    private readonly string _folder;

    private BerthProgram(string folder) => _folder = folder;

    public override string Name => "Berth";

    /// <summary>One that was published.</summary>
    public static BerthProgram At(string folder) =>
        File.Exists(Path.Join(folder, "Berth.Server.dll"))
            ? new(folder)
            : throw new FileNotFoundException($"there is no Berth.Server.dll in {folder}");

    /// <summary>Publishes the server of this checkout.</summary>
    public static async Task<BerthProgram> PublishAsync() =>
        new(await PublishAsync(
            "src/Berth.Server", "-r", $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
            "--self-contained", "false", "-p:PublishReadyToRun=true"));

    /// <summary>Publishes a program of this checkout.</summary>
    /// <returns>The folder that it lies in.</returns>
    public static async Task<string> PublishAsync(string project, params string[] options)
    {
        var folder = Repository.PathOf($"artifacts/benchmarks/{Path.GetFileName(project)}");
        // What dotnet run hands on to this process must not reach the build.
        var variables = new Dictionary<string, string?> { ["MSBUILD_EXE_PATH"] = null, ["MSBuildSDKsPath"] = null };
        await new ClientProgram(Repository.Dotnet, variables) { Limit = PublishLimit }
            .RunAsync(["publish", Repository.PathOf(project), "-c", "Release", "-o", folder, "-v", "quiet", .. options]);
        return folder;
    }

    /// <summary>The settings that put a storage in Berth's hands.</summary>
    public static Dictionary<string, string> SettingsOf(RegistryStorage storage) => storage switch
    {
        RegistryStorage.Folder folder => new() { ["Berth__Storage__FileSystem__Root"] = folder.Path },
        RegistryStorage.S3 s3 => new()
        {
            ["Berth__Storage__Provider"] = "s3",
            ["Berth__Storage__S3__Bucket"] = s3.Bucket,
            ["Berth__Storage__S3__Region"] = s3.Region,
            ["Berth__Storage__S3__Endpoint"] = s3.Endpoint.GetLeftPart(UriPartial.Authority),
            ["Berth__Storage__S3__AccessKeyId"] = s3.Credential.AccessKeyId,
            ["Berth__Storage__S3__SecretAccessKey"] = s3.Credential.Secret,
        },
        RegistryStorage.Azure azure => new()
        {
            ["Berth__Storage__Provider"] = "azure",
            ["Berth__Storage__Azure__ConnectionString"] = azure.ConnectionString,
            ["AzureWebJobsStorage"] = azure.ConnectionString, // the Functions app's worker wants it
            ["Berth__Storage__Azure__Container"] = azure.Name,
            ["Berth__Storage__Azure__Table"] = azure.Name,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(storage)),
    };

    protected override ProcessStartInfo Describe(RegistryStorage storage, string folder, int port)
    {
        var start = new ProcessStartInfo(
            Repository.Dotnet,
            [
                Path.Join(_folder, "Berth.Server.dll"),
                $"--Berth:Http:Address=127.0.0.1:{port}", "--Berth:Log:Level=warn",
            ]);
        ReplaceSettings(start, SettingsOf(storage));
        return start;
    }
}
