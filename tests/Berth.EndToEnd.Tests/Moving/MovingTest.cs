using System.Text.Json.Nodes;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Moving;

/// <summary>Moves with the real command between real registries, and compares what both answer.</summary>
public abstract class MovingTest(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private readonly EndToEndFixture _fixture = fixture;
    private readonly ITestOutputHelper _output = output;

    /// <summary>The Docker registry's rootdirectory.</summary>
    protected string DockerRoot => Folder.At("docker");

    /// <summary>Variables for the command.</summary>
    protected Dictionary<string, string?> Variables { get; } = [];

    /// <summary>A folder to move into.</summary>
    protected string Destination => Folder.At("data");

    /// <summary>Starts Debian's registry over the folder, or skips the test.</summary>
    protected Task<DockerRegistry> StartDockerRegistryAsync() =>
        StartDockerRegistryAsync("filesystem", new JsonObject { ["rootdirectory"] = DockerRoot });

    /// <summary>Starts Debian's registry, or skips the test.</summary>
    protected Task<DockerRegistry> StartDockerRegistryAsync(string driver, JsonObject parameters) =>
        DockerRegistry.StartAsync(
            _fixture.Require("docker-registry"), Folder,
            new JsonObject { [driver] = parameters, ["redirect"] = new JsonObject { ["disable"] = true } });

    /// <summary>Runs the command, which must succeed.</summary>
    protected async Task<ProgramResult> MoveAsync(params string[] arguments) =>
        (await TryMoveAsync(arguments)).MustSucceed();

    /// <summary>Runs the command, which may fail.</summary>
    protected Task<ProgramResult> TryMoveAsync(params string[] arguments) =>
        BerthTool.RunAsync(_output, Variables, arguments);

    /// <summary>All that a registry holds: each tag's manifests and blobs, by names that are alike in every registry.</summary>
    protected static async Task<SortedDictionary<string, byte[]>> ReadAllAsync(Uri address)
    {
        var http = new RegistryHttp(address);
        var all = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var repository in await http.GetRepositoriesAsync())
        {
            foreach (var tag in await http.GetTagsAsync(repository) ?? [])
            {
                all[$"{repository}:{tag}"] = await http.GetManifestAsync(repository, tag);
                foreach (var (digest, content) in await http.GetAllAsync(repository, tag))
                    all[$"{repository}@{digest}"] = content;
            }
        }

        return all;
    }

    /// <summary>Pushes one sample of each kind, to a repository of its own.</summary>
    protected async Task<Dictionary<string, Sample>> PushSamplesAsync(string host)
    {
        var skopeo = RequireSkopeo();
        var samples = new Dictionary<string, Sample>();
        foreach (var kind in (SampleKind[])[SampleKind.Image, SampleKind.Index, SampleKind.Artifact])
        {
            var repository = $"samples/{kind.ToString().ToLowerInvariant()}";
            var sample = Sample.Create(kind, Folder.At($"pushed-{kind}"));
            await skopeo.PushAsync(sample, $"{host}/{repository}:{Sample.Tag}");
            samples[repository] = sample;
        }

        return samples;
    }

    /// <summary>Checks that a real client pulls each sample as it was pushed.</summary>
    protected async Task AssertPulledAsync(Dictionary<string, Sample> samples, BerthServer server)
    {
        var skopeo = RequireSkopeo();
        foreach (var (repository, sample) in samples)
        {
            var folder = Folder.At($"pulled-{Guid.NewGuid():n}");
            await skopeo.PullAsync($"{server.Host}/{repository}:{Sample.Tag}", folder);
            AssertPulled(sample, folder);
        }
    }
}
