using System.Net;
using System.Text.Json.Nodes;
using Berth.Cli;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Tests.Protocol;
using Berth.TestTools;
using Xunit.Abstractions;

namespace Berth.Tests.Moving;

/// <summary>Runs the berth command inside this process, between folders of the test.</summary>
public abstract class MoveTest(ITestOutputHelper output) : IDisposable
{
    protected DockerData Docker { get; } = new();

    protected TemporaryFolder Folder { get; } = TemporaryFolder.Create();

    /// <summary>The store that is moved into.</summary>
    protected string Destination => Folder.At("store");

    public void Dispose()
    {
        Docker.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs the command.</summary>
    protected async Task<CliResult> RunAsync(
        string[] arguments, params (string Name, string Value)[] environment)
    {
        var (standard, error) = (new StringWriter(), new StringWriter());
        var input = new CliInput
        {
            Environment = environment.ToDictionary(entry => entry.Name, entry => entry.Value),
            WorkingDirectory = Folder.Path,
            Output = standard,
            Error = error,
        };
        var code = await BerthCommand.RunAsync(arguments, input, CancellationToken.None);
        var result = new CliResult(code, standard.ToString(), error.ToString());
        output.WriteLine($"berth {string.Join(' ', arguments)}\n{result}");
        return result;
    }

    /// <summary>Moves the Docker registry into the destination.</summary>
    protected Task<CliResult> ImportAsync(params string[] options) =>
        RunAsync(["import", Docker.Root, "--to", Destination, .. options]);

    /// <summary>A registry over a folder.</summary>
    protected static Task<TestRegistry> ServeAsync(string folder)
    {
        var objects = new FileSystemObjects(folder);
        return TestRegistry.StartAsync(RegistryStorage.Over(objects, objects));
    }

    /// <summary>Checks that the registry answers with these bytes.</summary>
    protected static async Task AssertHasAsync(TestRegistry registry, string path, byte[] content)
    {
        using var response = await registry.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(content, await response.Content.ReadAsByteArrayAsync());
    }

    protected static Task AssertHasManifestAsync(
        TestRegistry registry, string repository, string reference, byte[] manifest) =>
        AssertHasAsync(registry, $"/v2/{repository}/manifests/{reference}", manifest);

    protected static Task AssertHasBlobAsync(TestRegistry registry, string repository, byte[] blob) =>
        AssertHasAsync(registry, $"/v2/{repository}/blobs/{Client.Digest(blob)}", blob);

    protected static async Task AssertLacksAsync(TestRegistry registry, string path)
    {
        using var response = await registry.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    protected static async Task<string[]> ListAsync(TestRegistry registry, string path, string list)
    {
        var json = JsonNode.Parse(await registry.Client.GetStringAsync(new Uri(path, UriKind.Relative)))!;
        return [.. json[list]!.AsArray().Select(item => item is JsonObject one ? (string)one["digest"]! : (string)item!)];
    }
}

/// <summary>What a run of the command came to.</summary>
public sealed record CliResult(int Code, string Output, string Error)
{
    public JsonNode Json => JsonNode.Parse(Output)!;

    public override string ToString() => $"{Output}{Error}[exit code {Code}]";
}
