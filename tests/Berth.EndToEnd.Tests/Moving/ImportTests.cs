using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Moving;

/// <summary>What Debian's docker-registry has stored, and its clients pushed, is pulled from Berth.</summary>
public sealed class ImportTests(EndToEndFixture fixture, ITestOutputHelper output) : MovingTest(fixture, output)
{
    // Several times what is saved at once.
    private const int LargeSize = 250_000_000;
    private const int SavedSize = 8 * 8 * 1024 * 1024;

    [SkippableTheory]
    [InlineData("")]
    [InlineData("--adopt")]
    public async Task Real_clients_pull_what_they_had_pushed_to_the_old_registry(string option)
    {
        Dictionary<string, Sample> samples;
        SortedDictionary<string, byte[]> before;
        await using (var docker = await StartDockerRegistryAsync())
        {
            samples = await PushSamplesAsync(docker.Host);
            // In the formats that Docker's own clients write.
            await Require("skopeo").RunAsync(
                "copy", "--format", "v2s2", "--dest-tls-verify=false",
                $"oci:{samples["samples/image"].Layout.Folder}:{Sample.Tag}", $"docker://{docker.Host}/samples/v2s2:V1.0_x");
            await Require("skopeo").RunAsync(
                "copy", "--all", "--format", "v2s2", "--dest-tls-verify=false",
                $"oci:{samples["samples/index"].Layout.Folder}:{Sample.Tag}", $"docker://{docker.Host}/samples/v2s2/list:v1");
            before = await ReadAllAsync(docker.Address);
        }

        string[] command = ["import", DockerRoot, "--to", Destination, "--json", .. option.Length > 0 ? [option] : (string[])[]];
        var run = BerthTool.Json(await MoveAsync(command));
        Assert.Equal(0, (int)run["leftOut"]!);
        Assert.Equal(option.Length > 0, (int)run["blobs"]!["copied"]! == 0);

        var server = await StartServerAsync();
        AssertSame(before, await ReadAllAsync(server.Address));
        await AssertPulledAsync(samples, server);

        var again = BerthTool.Json(await MoveAsync(command));
        Assert.Equal(0, (int)again["manifests"]!["copied"]!);
        Assert.Equal(0, (long)again["blobs"]!["readBytes"]!);
        Assert.Equal((int)run["manifests"]!["copied"]!, (int)again["manifests"]!["present"]!);
    }

    [SkippableFact]
    public async Task A_killed_import_shows_nothing_unfinished_and_goes_on_in_the_middle_of_a_blob()
    {
        var content = new byte[LargeSize];
        Random.Shared.NextBytes(content);
        var digest = OciLayout.DigestOf(content);
        Sample small;
        await using (var docker = await StartDockerRegistryAsync())
        {
            var http = new RegistryHttp(docker.Address);
            await http.FinishUploadAsync(await http.StartUploadAsync("large"), digest, new ByteArrayContent(content));
            var config = "{}"u8.ToArray();
            await http.FinishUploadAsync(
                await http.StartUploadAsync("large"), OciLayout.DigestOf(config), new ByteArrayContent(config));
            await http.PutManifestAsync("large", "v1", MediaType.Manifest, System.Text.Encoding.UTF8.GetBytes(
                $$"""
                {"schemaVersion":2,"mediaType":"{{MediaType.Manifest}}",
                "config":{"mediaType":"{{MediaType.Config}}","digest":"{{OciLayout.DigestOf(config)}}","size":2},
                "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{digest}}","size":{{LargeSize}}}]}
                """));
            small = CreateSample(SampleKind.Image);
            await RequireSkopeo().PushAsync(small, $"{docker.Host}/small:{Sample.Tag}");
        }

        string[] command = ["import", DockerRoot, "--to", Destination];
        await using (var import = BerthTool.Start(command))
        {
            await UntilAsync(() => import.HasExited || SizeOf(Path.Join(Destination, "uploads")) > SavedSize + 10_000_000);
            Assert.False(import.HasExited);
            await import.KillAsync();
        }

        var server = await StartServerAsync();
        Assert.DoesNotContain("large", await new RegistryHttp(server.Address).GetRepositoriesAsync());

        var run = BerthTool.Json(await MoveAsync([.. command, "--json"]));
        Assert.InRange((long)run["blobs"]!["readBytes"]!, 1, LargeSize - SavedSize + 20_000_000);
        Assert.Equal(content, await new RegistryHttp(server.Address).GetBlobAsync("large", digest));
        await AssertPulledAsync(new() { ["small"] = small }, server);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(Destination, "uploads")));
    }

    private static long SizeOf(string folder) => !Directory.Exists(folder)
        ? 0
        : new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
            await timer.WaitForNextTickAsync(limit.Token);
    }
}
