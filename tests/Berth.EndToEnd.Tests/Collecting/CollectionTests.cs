using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Collecting;

/// <summary>Garbage collected by processes of their own: by hand, by two servers, by the timer of the Functions app.</summary>
public sealed class CollectionTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static readonly Regex Collected = new(
        "Collection: complete True, (?<blobs>[0-9]+) blobs of (?<bytes>[0-9]+) bytes", RegexOptions.CultureInvariant);

    private readonly ITestOutputHelper _output = output;

    private string Data => Folder.Add("data");

    [SkippableFact]
    public async Task Gc_by_hand_frees_what_a_deleted_image_held_while_another_stays_pullable()
    {
        var server = await StartServerAsync();
        var shared = Random(100_000);
        var kept = await PushAsync(server, "kept", shared, Random(50_000));
        var goes = await PushAsync(server, "goes", shared, Random(3_000_000), Random(2_000_000));
        await DeleteAsync(server, goes.Digest);
        var before = SizeOfObjects();

        for (var run = 0; run < 4; run++)
            await GcAsync("--grace", "0", "--calls-per-second", "0");

        Assert.Equal(5_000_000 + goes.ConfigSize, before - SizeOfObjects());
        AssertSame(kept.Content, await new RegistryHttp(server.Address).GetAllAsync(Repository, "kept"));
        foreach (var digest in goes.Content.Keys.Where(digest => !kept.Content.ContainsKey(digest) && digest != goes.Digest))
            Assert.Equal(HttpStatusCode.NotFound, await new RegistryHttp(server.Address).HeadBlobAsync(Repository, digest));
    }

    [SkippableFact]
    public async Task A_dry_run_by_hand_tells_as_much_and_frees_nothing()
    {
        var server = await StartServerAsync();
        await DeleteAsync(server, (await PushAsync(server, "goes", Random(1_000_000))).Digest);
        await GcAsync("--grace", "0");
        var before = SizeOfObjects();

        var told = BerthTool.Json(await GcAsync("--grace", "0", "--dry-run", "--json"));

        Assert.Equal(2, (long)told["linksDeleted"]!);
        Assert.True((bool)told["isComplete"]!);
        Assert.Equal(before, SizeOfObjects());
    }

    [SkippableFact]
    public async Task Two_servers_over_one_folder_collect_while_images_come_and_go()
    {
        var settings = new Dictionary<string, string>
        {
            ["Berth__Storage__FileSystem__Root"] = Data,
            ["Berth__Collection__Grace"] = "3s",
            ["Berth__Collection__Interval"] = "1s",
            ["Berth__Collection__CallsPerSecond"] = "0",
        };
        var first = await StartServerAsync(settings);
        var second = await StartServerAsync(settings);
        var shared = Random(100_000);
        var kept = await PushAsync(first, "kept", shared);
        var size = SizeOfObjects();

        for (var round = 0; round < 3; round++)
        {
            var goes = await PushAsync(second, "goes", shared, Random(1_000_000));
            Assert.Equal(goes.Content.Count, (await new RegistryHttp(first.Address).GetAllAsync(Repository, "goes")).Count);
            await DeleteAsync(first, goes.Digest);
        }

        using var deadline = new CancellationTokenSource(Deadline);
        while (SizeOfObjects() != size)
            await Task.Delay(100, deadline.Token);
        foreach (var server in (BerthServer[])[first, second])
        {
            AssertSame(kept.Content, await new RegistryHttp(server.Address).GetAllAsync(Repository, "kept"));
            Assert.Equal(0, await server.TerminateAsync());
            Assert.DoesNotContain(server.Log, line => line.Contains("collection of garbage failed", StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task The_timer_of_the_Functions_app_collects()
    {
        var settings = await FunctionsApp.RequireStorageAsync();
        settings["Berth__Collection__Grace"] = "3s";
        settings["Berth__Collection__Interval"] = "00:00:01";
        settings["Berth__Collection__CallsPerSecond"] = "0";
        var app = await StartFunctionsAsync(settings);
        var kept = await PushAsync(app, "kept", Random(100_000));
        var goes = await PushAsync(app, "goes", Random(1_000_000));
        await DeleteAsync(app, goes.Digest);

        // Each blob goes in the first collection that comes to it a grace after it was found unused: not always the same one.
        using var deadline = new CancellationTokenSource(Deadline);
        while (Sum("blobs") < 2)
        {
            var collections = Collections().Count();
            // What an operator does to run a timer now; the schedule is the quarters of every hour.
            using var answer = await Http.PostAsync(
                new Uri(app.Address, "/admin/functions/Collect"), new StringContent("{}", null, "application/json"));
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            while (Collections().Count() == collections)
                await Task.Delay(50, deadline.Token);
        }

        Assert.Equal((2, 1_000_000 + goes.ConfigSize), (Sum("blobs"), Sum("bytes")));
        AssertSame(kept.Content, await new RegistryHttp(app.Address).GetAllAsync(Repository, "kept"));

        IEnumerable<Match> Collections() => app.Log.Select(line => Collected.Match(line)).Where(match => match.Success);

        long Sum(string number) => Collections().Sum(match => long.Parse(match.Groups[number].ValueSpan, CultureInfo.InvariantCulture));
    }

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        System.Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private async Task<ProgramResult> GcAsync(params string[] options)
    {
        var run = await BerthTool.RunAsync(_output, new Dictionary<string, string?>(), ["gc", Data, .. options]);
        Assert.Equal(0, run.ExitCode);
        return run;
    }

    /// <summary>The bytes of all objects, and of uploads that are not over.</summary>
    private long SizeOfObjects() => ((string[])["store/objects", "uploads"])
        .Select(folder => new DirectoryInfo(Path.Join(Data, folder))).Where(folder => folder.Exists)
        .Sum(folder => folder.GetFiles("*", SearchOption.AllDirectories).Sum(file => file.Length));

    private async Task<(string Digest, long ConfigSize, SortedDictionary<string, byte[]> Content)> PushAsync(
        BerthServer server, string tag, params byte[][] layers)
    {
        var http = new RegistryHttp(server.Address);
        var config = JsonSerializer.SerializeToUtf8Bytes(new { architecture = "amd64", os = "linux", id = Guid.NewGuid() });
        foreach (var blob in layers.Prepend(config))
        {
            await http.FinishUploadAsync(
                await http.StartUploadAsync(Repository), OciLayout.DigestOf(blob), new ByteArrayContent(blob));
        }

        var manifest = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType.Manifest,
            ["config"] = Describe("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new JsonArray([.. layers.Select(layer => Describe("application/vnd.oci.image.layer.v1.tar", layer))]),
        });
        await http.PutManifestAsync(Repository, tag, MediaType.Manifest, manifest);
        return (OciLayout.DigestOf(manifest), config.Length, await http.GetAllAsync(Repository, tag));
    }

    private static JsonObject Describe(string mediaType, byte[] content) => new()
    {
        ["mediaType"] = mediaType,
        ["digest"] = OciLayout.DigestOf(content),
        ["size"] = content.Length,
    };

    private async Task DeleteAsync(BerthServer server, string digest)
    {
        using var answer = await Http.DeleteAsync(new Uri(server.Address, $"/v2/{Repository}/manifests/{digest}"));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }
}
