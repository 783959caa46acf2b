using System.Text.Json.Nodes;
using Berth.Cli;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Tests.Auth;
using Berth.Tests.Moving;
using Berth.Tests.Protocol;
using Berth.TestTools;
using Xunit.Abstractions;

namespace Berth.Tests.Cli;

/// <summary><c>berth gc</c> over a folder from which a registry serves.</summary>
public sealed class GcTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();
    private readonly SetTime _time = new() { Now = TimeProvider.System.GetUtcNow() };
    private TestRegistry _registry = null!;
    private FileSystemObjects _objects = null!;

    private Client Client => new(_registry.Client);

    public async Task InitializeAsync()
    {
        _objects = new(_folder.At("store"));
        _registry = await TestRegistry.StartAsync(RegistryStorage.Over(_objects, _objects));
    }

    public async Task DisposeAsync()
    {
        await _registry.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_deleted_image_held_is_freed_two_graces_later_and_an_image_beside_it_stays()
    {
        var shared = Client.RandomBytes(20_000);
        var kept = await PushAsync("kept", shared, Client.RandomBytes(1000));
        var goes = await PushAsync("goes", shared, Client.RandomBytes(50_000));
        await DeleteAsync(goes);
        var before = await ObjectsAsync();

        Assert.Matches(": 2 links marked; [0-9,]+ calls", (await RunAsync("gc store")).Output);
        _time.Pass(TimeSpan.FromHours(26));
        Assert.Matches("2 blobs marked, 2 links of a repository to a blob deleted, 1 deleted manifest forgotten", (await RunAsync("gc store")).Output);
        Assert.Equal(before, await ObjectsAsync());
        _time.Pass(TimeSpan.FromHours(26));
        Assert.Matches(@"2 blobs deleted \([0-9.]+ KiB\)", (await RunAsync("gc store")).Output);
        _time.Pass(TimeSpan.FromHours(26));
        Assert.Matches("nothing to collect; ", (await RunAsync("gc store")).Output);

        Assert.Equal(before.Count - 2, (await ObjectsAsync()).Count);
        using var answer = await Client.SendAsync("GET", $"/v2/test/app/manifests/{kept}");
        var manifest = JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync())!;
        foreach (var layer in manifest["layers"]!.AsArray())
        {
            using var blob = await Client.SendAsync("GET", $"/v2/test/app/blobs/{layer!["digest"]}");
            Assert.Equal((string?)layer["digest"], Client.Digest(await blob.Content.ReadAsByteArrayAsync()));
        }
    }

    [Fact]
    public async Task A_dry_run_tells_what_the_next_run_does_and_changes_nothing()
    {
        await DeleteAsync(await PushAsync("goes", Client.RandomBytes(100)));
        for (var run = 0; run < 3; run++)
        {
            var before = Snapshot();
            var told = Json(await RunAsync("gc store --dry-run --json"));
            Assert.Equal(before, Snapshot());

            var done = Json(await RunAsync("gc store --json"));
            foreach (var name in (string[])["linksCondemned", "linksDeleted", "blobsDeleted", "bytesFreed", "manifestsForgotten"])
            {
                Assert.Equal((long)done[name]!, (long)told[name]!);
            }

            _time.Pass(TimeSpan.FromHours(26));
        }

        Assert.Empty(await ObjectsAsync());
    }

    [Fact]
    public async Task Settings_of_the_host_are_those_of_the_command_unless_it_says_otherwise()
    {
        await PushAsync(null, Client.RandomBytes(100));
        (string, string)[] host = [("Berth__Collection__UntaggedAge", "30d"), ("Berth__Collection__Grace", "1h")];
        Assert.Equal(1, (long)Json(await RunAsync("gc store --json", host))["manifestsCondemned"]!);

        _time.Pass(TimeSpan.FromDays(8));
        Assert.Equal(0, (long)Json(await RunAsync("gc store --json", host))["manifestsDeleted"]!);
        Assert.Equal(0, (long)Json(await RunAsync("gc store --json --untagged-age none", host))["manifestsDeleted"]!);
        Assert.Equal(1, (long)Json(await RunAsync("gc store --json --untagged-age 7d", host))["manifestsDeleted"]!);
    }

    [Fact]
    public async Task So_short_a_grace_that_a_push_may_suffer_is_remarked_on()
    {
        var run = await RunAsync("gc store --grace 1s");
        Assert.Contains("may have to push again", run.Error, StringComparison.Ordinal);
        Assert.Empty((await RunAsync("gc store --grace 10m")).Error);
        Assert.Empty((await RunAsync("gc store --grace 1s --dry-run")).Error);
    }

    [Theory]
    [InlineData("gc nowhere", "there is no store of Berth in .*nowhere")]
    [InlineData("gc store --grace soon", "--grace.*\"soon\" is not accepted")]
    [InlineData("gc store --untagged-age -1d", "--untagged-age.*is not accepted")]
    [InlineData("gc store --calls-per-second many", "--calls-per-second.*is not accepted")]
    [InlineData("gc store --store Colour=red", "no such setting")]
    [InlineData("gc", "Required argument")]
    public async Task What_makes_no_sense_is_refused_and_creates_nothing(string line, string why)
    {
        var run = await RunAsync(line, code: ExitCode.Failed);

        Assert.Matches(why, run.Error);
        Assert.False(Directory.Exists(_folder.At("nowhere")));
    }

    [Fact]
    public async Task Another_exit_code_tells_of_a_repository_that_is_left_out()
    {
        var digest = await PushAsync("v1", Client.RandomBytes(100));
        var record = (await _registry.Storage.Records.ListTreeAsync("manifests", null, 10, default)).Items.Single();
        var stored = (await _registry.Storage.Records.GetAsync(record, default))!.Value.ToArray();
        var text = System.Text.Encoding.UTF8.GetString(stored);
        var at = text.LastIndexOf("\"layers\"", StringComparison.Ordinal);
        Assert.InRange(at, 1, text.Length);
        await _registry.Storage.Records.PutAsync(
            record, System.Text.Encoding.UTF8.GetBytes(text[..at] + "\"lay" + text[(at + 4)..].Replace("[", "", StringComparison.Ordinal)), default);

        var run = await RunAsync("gc store", code: ExitCode.LeftOut);

        Assert.Contains("1 repository left out", run.Output, StringComparison.Ordinal);
        Assert.NotEmpty(digest);
    }

    private async Task<CliResult> RunAsync(string line, (string Name, string Value)[]? environment = null, int code = ExitCode.Done)
    {
        var (standard, error) = (new StringWriter(), new StringWriter());
        _time.Pass(TimeSpan.FromSeconds(1)); // a run at the very time at which one ended finds nothing due
        var result = new CliResult(
            await BerthCommand.RunAsync(
                line.Split(' '),
                new()
                {
                    Environment = (environment ?? []).Append(("Berth__Collection__CallsPerSecond", "0"))
                        .ToDictionary(entry => entry.Item1, entry => entry.Item2),
                    WorkingDirectory = _folder.Path,
                    Output = standard,
                    Error = error,
                    Time = _time,
                },
                CancellationToken.None),
            standard.ToString(), error.ToString());
        output.WriteLine($"berth {line}\n{result}");
        Assert.Equal(code, result.Code);
        return result;
    }

    private static JsonNode Json(CliResult run) => JsonNode.Parse(run.Output)!;

    /// <summary>Every file with its time, but for locks, which a reader takes too.</summary>
    private string[] Snapshot() =>
    [
        .. Directory.GetFiles(_folder.At("store/store"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):o}"),
    ];

    private async Task<IReadOnlyList<string>> ObjectsAsync() => (await _objects.ListAsync("objects/", null, 1000, default)).Items;

    private async Task<string> PushAsync(string? tag, params byte[][] layers)
    {
        var config = Client.RandomBytes(60);
        await Client.PushBlobAsync("test/app", config);
        foreach (var layer in layers)
        {
            await Client.PushBlobAsync("test/app", layer);
        }

        var manifest = Client.Image(
            Client.Descriptor(Client.OciConfig, config),
            [.. layers.Select(layer => Client.Descriptor(Client.OciLayer, layer))]);
        return await Client.PushManifestAsync("test/app", tag ?? Client.Digest(manifest), manifest);
    }

    private async Task DeleteAsync(string digest)
    {
        using var answer = await Client.SendAsync("DELETE", $"/v2/test/app/manifests/{digest}");
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
    }
}
