using System.Text;
using System.Text.Json.Nodes;
using Berth.Tests.Protocol;
using Xunit.Abstractions;

namespace Berth.Tests.Moving;

/// <summary>What is wrong in an old registry is told and left out, with all that needs it and nothing else.</summary>
public sealed class ImportDamageTests(ITestOutputHelper output) : MoveTest(output)
{
    [SkippableFact]
    public async Task A_name_that_a_terminal_would_obey_is_told_in_numbers()
    {
        Skip.If(OperatingSystem.IsWindows(), "no file of Windows has such a name");
        Docker.AddManifest("app", Docker.AddImage("app"), "v1");
        Docker.SetTag("app", "\u001b[2Jred\n", Client.Digest("x"u8.ToArray()));

        var run = await ImportAsync();

        Assert.Equal(3, run.Code);
        Assert.Contains(@"left out: app: the tag \u001b[2Jred\u000a: its name is none", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.ToString());
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("missing")]
    [InlineData("short")]
    [InlineData("long")]
    public async Task A_bad_blob_keeps_back_what_names_it_until_it_is_mended(string kind)
    {
        var layer = Client.RandomBytes(100_000);
        var bad = Docker.AddImage("app", layer);
        var good = Docker.AddImage("app");
        var index = DockerData.Index(bad, good);
        Docker.AddManifest("app", bad, "bad");
        Docker.AddManifest("app", good, "good");
        Docker.AddManifest("app", index, "index");
        var path = Docker.PathOf(Client.Digest(layer));
        if (kind == "damaged")
            Docker.Damage(Client.Digest(layer));
        else if (kind == "missing")
            File.Delete(path);
        else
            File.WriteAllBytes(path, kind == "short" ? layer[..^1] : [.. layer, 0]);

        var run = await ImportAsync("--json");

        Assert.Equal(3, run.Code);
        string[] expected =
        [
            $"the blob {Client.Digest(layer)}", $"the manifest {Client.Digest(bad)}",
            $"the manifest {Client.Digest(index)}", "the tag bad", "the tag index",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Subjects(run));
        Assert.All(Subjects(run), subject => Assert.Contains(subject, run.Error, StringComparison.Ordinal));
        await using (var registry = await ServeAsync(Destination))
        {
            await AssertLacksAsync(registry, $"/v2/app/blobs/{Client.Digest(layer)}");
            await AssertLacksAsync(registry, $"/v2/app/manifests/{Client.Digest(bad)}");
            await AssertLacksAsync(registry, $"/v2/app/manifests/{Client.Digest(index)}");
            Assert.Equal(["good"], await ListAsync(registry, "/v2/app/tags/list", "tags"));
            await AssertHasManifestAsync(registry, "app", "good", good);
        }

        File.WriteAllBytes(path, layer);
        var mended = await ImportAsync("--json");
        Assert.Equal(0, mended.Code);
        Assert.Equal(1, (int)mended.Json["blobs"]!["copied"]!);
        Assert.Equal(2, (int)mended.Json["manifests"]!["copied"]!);
        await using (var registry = await ServeAsync(Destination))
        {
            await AssertHasManifestAsync(registry, "app", "index", index);
            await AssertHasBlobAsync(registry, "app", layer);
        }
    }

    [Fact]
    public async Task A_bad_manifest_is_left_out()
    {
        var manifest = Docker.AddImage("app");
        var digest = Docker.AddManifest("app", manifest, "v1");
        Docker.AddManifest("app", Docker.AddImage("app"), "v2");
        Docker.Damage(digest);

        var run = await ImportAsync("--json");

        Assert.Equal(3, run.Code);
        Assert.Equal([$"the manifest {digest}", "the tag v1"], Subjects(run));
        await using var registry = await ServeAsync(Destination);
        await AssertLacksAsync(registry, $"/v2/app/manifests/{digest}");
        Assert.Equal(["v2"], await ListAsync(registry, "/v2/app/tags/list", "tags"));
    }

    [Fact]
    public async Task Schema_1_is_told_and_left_out()
    {
        var old = Encoding.UTF8.GetBytes(
            """{"schemaVersion":1,"name":"app","tag":"old","architecture":"amd64","fsLayers":[],"history":[],"signatures":[]}""");
        var digest = Docker.AddManifest("app", old, "old");
        Docker.AddManifest("app", Docker.AddImage("app"), "new");

        var run = await ImportAsync("--json");

        Assert.Equal(3, run.Code);
        Assert.Equal([$"the manifest {digest}", "the tag old"], Subjects(run));
        Assert.Contains("schema 1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_whose_manifest_was_deleted_is_told_and_left_out()
    {
        var digest = Docker.AddManifest("app", Docker.AddImage("app"), "gone");
        Docker.Delete($"repositories/app/_manifests/revisions/{digest.Replace(':', '/')}/link");
        Docker.AddManifest("app", Docker.AddImage("app"), "here");

        var run = await ImportAsync("--json");

        Assert.Equal(3, run.Code);
        Assert.Equal(["the tag gone"], Subjects(run));
        Assert.Contains("which the repository does not hold", run.Error, StringComparison.Ordinal);
        await using var registry = await ServeAsync(Destination);
        await AssertLacksAsync(registry, $"/v2/app/manifests/{digest}");
    }

    [Fact]
    public async Task A_layer_that_the_repository_does_not_link_is_not_taken_from_another()
    {
        var layer = Client.RandomBytes(1000);
        var image = Docker.AddImage("app", layer);
        Docker.AddManifest("app", image, "v1");
        Docker.AddBlob("other", layer);
        Docker.Delete($"repositories/app/_layers/{Client.Digest(layer).Replace(':', '/')}");

        var run = await ImportAsync("--json");

        Assert.Equal(3, run.Code);
        Assert.Equal([$"the manifest {Client.Digest(image)}", "the tag v1"], Subjects(run));
        await using var registry = await ServeAsync(Destination);
        await AssertLacksAsync(registry, $"/v2/app/blobs/{Client.Digest(layer)}");
        await AssertHasBlobAsync(registry, "other", layer);
    }

    [Fact]
    public async Task A_sparse_index_is_moved_only_when_asked_and_never_over_damage()
    {
        var here = Docker.AddImage("app");
        var layer = Client.RandomBytes(1000);
        var damaged = Docker.AddImage("app", layer);
        Docker.AddManifest("app", here, "here");
        Docker.AddManifest("app", damaged, "damaged");
        Docker.Damage(Client.Digest(layer));
        var sparse = DockerData.Index(here, Client.RandomImage());
        var broken = DockerData.Index(here, damaged);
        Docker.AddManifest("app", sparse, "sparse");
        Docker.AddManifest("app", broken, "broken");

        var strict = await ImportAsync("--json");
        Assert.Contains("the tag sparse", Subjects(strict));

        var lenient = await ImportAsync("--json", "--allow-missing");
        Assert.Equal(3, lenient.Code);
        Assert.DoesNotContain("the tag sparse", Subjects(lenient));
        await using var registry = await ServeAsync(Destination);
        await AssertHasManifestAsync(registry, "app", "sparse", sparse);
        Assert.Equal(["here", "sparse"], await ListAsync(registry, "/v2/app/tags/list", "tags"));
    }

    [Fact]
    public async Task Layers_that_nobody_may_distribute_may_be_missing()
    {
        var image = JsonNode.Parse(Docker.AddImage("app"))!;
        var foreign = Client.Descriptor(
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Client.RandomBytes(10));
        image["layers"]!.AsArray().Add((JsonNode)foreign);
        var manifest = Encoding.UTF8.GetBytes(image.ToJsonString());
        Docker.AddManifest("app", manifest, "v1");

        Assert.Equal(0, (await ImportAsync()).Code);
        await using var registry = await ServeAsync(Destination);
        await AssertHasManifestAsync(registry, "app", "v1", manifest);
    }

    [Fact]
    public async Task Leftovers_and_strangers_do_no_harm()
    {
        Docker.AddManifest("app", Docker.AddImage("app"), "v1");
        Docker.Write("repositories/app/_uploads/8b2c/data", "half a layer");
        Docker.Write("repositories/app/_uploads/8b2c/hashstates/sha256/12", "state");
        Docker.Write("repositories/app/_uploads/8b2c/startedat", "2020-01-01T00:00:00Z");
        Docker.Write("repositories/only/uploads-once/_uploads/1/data", "x");
        Docker.Write("repositories/app/_manifests/tags/empty/index/sha256/00/link", "no current");
        Docker.Write("repositories/.DS_Store", "x");
        Docker.Write("repositories/app/_layers/sha256/notes.txt", "x");

        var run = await ImportAsync("--json");

        Assert.Equal(0, run.Code);
        await using var registry = await ServeAsync(Destination);
        Assert.Equal(["app"], await ListAsync(registry, "/v2/_catalog", "repositories"));
        Assert.Equal(["v1"], await ListAsync(registry, "/v2/app/tags/list", "tags"));
    }

    [Fact]
    public async Task Names_and_links_that_are_none_are_told_and_left_out()
    {
        Docker.AddManifest("app", Docker.AddImage("app"), "v1");
        Docker.AddManifest("Bad_Name", Docker.AddImage("Bad_Name"), "v1");
        Docker.Write("repositories/app/_manifests/tags/.hidden/current/link", Client.Digest([]));
        Docker.Write("repositories/app/_layers/tarsum.v1+sha256/e3b0/link", "tarsum.v1+sha256:e3b0");
        Docker.SetTag("app", "rubbish", "sha256:rubbish");

        var run = await ImportAsync("--json");

        Assert.Equal(3, run.Code);
        Assert.Equal(
            ["the blob tarsum.v1+sha256:e3b0", "the repository", "the tag .hidden", "the tag rubbish"], Subjects(run));
        await using var registry = await ServeAsync(Destination);
        Assert.Equal(["app"], await ListAsync(registry, "/v2/_catalog", "repositories"));
        Assert.Equal(["v1"], await ListAsync(registry, "/v2/app/tags/list", "tags"));
    }

    private static string[] Subjects(CliResult run) =>
    [
        .. run.Json["problems"]!.AsArray().Select(problem => (string)problem!["subject"]!).Order(StringComparer.Ordinal),
    ];
}
