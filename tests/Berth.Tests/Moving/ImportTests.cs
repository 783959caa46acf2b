using System.Text;
using System.Text.Json.Nodes;
using Berth.Tests.Protocol;
using Xunit.Abstractions;

namespace Berth.Tests.Moving;

public sealed class ImportTests(ITestOutputHelper output) : MoveTest(output)
{
    [Fact]
    public async Task All_of_a_registry_is_there_afterwards_and_a_second_run_copies_nothing()
    {
        var shared = Client.RandomBytes(20_000);
        var first = Docker.AddImage("library/alpine", shared);
        var second = Docker.AddImage("library/alpine");
        Docker.AddManifest("library/alpine", first, "3.1", "latest");
        Docker.AddManifest("library/alpine", second); // untagged
        var index = DockerData.Index(first, second);
        Docker.AddManifest("library/alpine", index, "both");
        // Names that sort before, between and after what lies in library/alpine.
        string[] others = ["library", "library/alpine/0", "library/alpine/a/b-c__d.e/f", "library/alpine-x", "a", "zz/9"];
        var images = new Dictionary<string, byte[]>();
        foreach (var repository in others)
        {
            images[repository] = Docker.AddImage(repository, shared);
            Docker.AddManifest(repository, images[repository], "V1");
        }

        var run = await ImportAsync();

        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        await using var registry = await ServeAsync(Destination);
        Assert.Equal(
            others.Append("library/alpine").Order(StringComparer.Ordinal),
            await ListAsync(registry, "/v2/_catalog", "repositories"));
        Assert.Equal(["3.1", "both", "latest"], await ListAsync(registry, "/v2/library/alpine/tags/list", "tags"));
        await AssertHasManifestAsync(registry, "library/alpine", "3.1", first);
        await AssertHasManifestAsync(registry, "library/alpine", "latest", first);
        await AssertHasManifestAsync(registry, "library/alpine", "both", index);
        await AssertHasManifestAsync(registry, "library/alpine", Client.Digest(second), second);
        await AssertHasBlobAsync(registry, "library/alpine", shared);
        foreach (var (repository, image) in images)
        {
            await AssertHasManifestAsync(registry, repository, "V1", image);
            await AssertHasBlobAsync(registry, repository, shared);
        }

        var again = await ImportAsync("--json");
        Assert.Equal(0, again.Code);
        Assert.Equal(0, (int)again.Json["blobs"]!["copied"]!);
        Assert.Equal(0, (int)again.Json["blobs"]!["linked"]!);
        Assert.Equal(0, (long)again.Json["blobs"]!["readBytes"]!);
        Assert.Equal(0, (int)again.Json["manifests"]!["copied"]!);
        Assert.Equal(0, (int)again.Json["tags"]!["set"]!);
        Assert.Equal(3 + others.Length, (int)again.Json["manifests"]!["present"]!);
        Assert.Contains("nothing to copy: 7 repositories", (await ImportAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Referrers_are_listed_and_tags_of_the_fallback_scheme_stay_tags()
    {
        var subject = Docker.AddImage("app");
        var digest = Docker.AddManifest("app", subject, "v1");
        var signature = Docker.AddImage("app", extra: new()
        {
            ["subject"] = Client.Descriptor(Client.OciManifest, subject),
            ["artifactType"] = "application/vnd.example.signature",
        });
        Docker.AddManifest("app", signature);
        var fallback = digest.Replace(':', '-');
        Docker.AddManifest("app", DockerData.Index(signature), fallback);

        var run = await ImportAsync("--json");

        Assert.Equal(1, (int)run.Json["manifests"]!["referrersListed"]!);
        await using var registry = await ServeAsync(Destination);
        Assert.Equal([Client.Digest(signature)], await ListAsync(registry, $"/v2/app/referrers/{digest}", "manifests"));
        Assert.Equal([fallback, "v1"], await ListAsync(registry, "/v2/app/tags/list", "tags"));
        await AssertHasManifestAsync(registry, "app", fallback, DockerData.Index(signature));
    }

    [Fact]
    public async Task A_blob_pushed_by_sha512_is_there_under_both_its_digests()
    {
        var content = Client.RandomBytes(5000);
        var digest = Docker.AddBlob("odd", content, "sha512");
        Docker.AddManifest("odd", Docker.AddImage("odd"), "v1");

        Assert.Equal(0, (await ImportAsync()).Code);

        await using var registry = await ServeAsync(Destination);
        await AssertHasAsync(registry, $"/v2/odd/blobs/{digest}", content);
        await AssertHasBlobAsync(registry, "odd", content);
    }

    [Fact]
    public async Task Manifests_without_a_media_type_of_their_own_get_the_one_that_the_old_registry_gave_them()
    {
        var image = Docker.AddImage("app");
        var plain = JsonNode.Parse(image)!.AsObject();
        plain.Remove("mediaType");
        var manifest = Encoding.UTF8.GetBytes(plain.ToJsonString());
        var index = JsonNode.Parse(DockerData.Index(manifest))!.AsObject();
        index.Remove("mediaType");
        Docker.AddManifest("app", manifest, "image");
        Docker.AddManifest("app", Encoding.UTF8.GetBytes(index.ToJsonString()), "index");

        Assert.Equal(0, (await ImportAsync()).Code);

        await using var registry = await ServeAsync(Destination);
        foreach (var (tag, type) in new[] { ("image", Client.OciManifest), ("index", Client.OciIndex) })
        {
            using var response = await registry.Client.GetAsync(new Uri($"/v2/app/manifests/{tag}", UriKind.Relative));
            Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task A_dry_run_tells_the_same_and_writes_nothing()
    {
        var shared = Client.RandomBytes(3000);
        foreach (var repository in (string[])["a", "b"])
            Docker.AddManifest(repository, Docker.AddImage(repository, shared), "v1");

        var dry = await ImportAsync("--dry-run", "--json");
        Assert.False(Directory.Exists(Destination));
        var real = await ImportAsync("--json");

        Assert.True((bool)dry.Json["isDryRun"]!);
        foreach (var part in (string[])["manifests", "tags", "repositories", "leftOut"])
            Assert.Equal(real.Json[part]!.ToJsonString(), dry.Json[part]!.ToJsonString());
        foreach (var part in (string[])["copied", "copiedBytes", "linked", "present"])
            Assert.Equal(real.Json["blobs"]![part]!.ToJsonString(), dry.Json["blobs"]![part]!.ToJsonString());
        Assert.Equal(1, (int)real.Json["blobs"]!["linked"]!);
        Assert.Equal(0, (long)dry.Json["blobs"]!["readBytes"]!);

        var onto = await ImportAsync("--dry-run");
        Assert.StartsWith("dry run, nothing written: nothing to copy:", onto.Output.Split('\n')[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_repositories_named_are_moved()
    {
        foreach (var repository in (string[])["library/a", "library/b", "team/a", "team"])
            Docker.AddManifest(repository, Docker.AddImage(repository), "v1");

        Assert.Equal(0, (await ImportAsync("--repository", "library/*", "--repository", "team")).Code);

        await using var registry = await ServeAsync(Destination);
        Assert.Equal(["library/a", "library/b", "team"], await ListAsync(registry, "/v2/_catalog", "repositories"));
    }

    [Fact]
    public async Task A_pattern_that_nothing_matches_is_an_error()
    {
        Docker.AddManifest("a", Docker.AddImage("a"), "v1");

        var run = await ImportAsync("--repository", "b/*");

        Assert.Equal(1, run.Code);
        Assert.Contains("has no repository b/*", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_run_brings_what_is_new_and_moves_tags_unless_they_are_to_be_kept()
    {
        var old = Docker.AddImage("app");
        Docker.AddManifest("app", old, "latest");
        await ImportAsync();
        var next = Docker.AddImage("app");
        Docker.AddManifest("app", next, "latest", "v2");

        var kept = await ImportAsync("--json", "--keep-tags");
        Assert.Equal(0, kept.Code);
        Assert.Equal(1, (int)kept.Json["tags"]!["kept"]!);
        await using (var registry = await ServeAsync(Destination))
        {
            await AssertHasManifestAsync(registry, "app", "latest", old);
            await AssertHasManifestAsync(registry, "app", "v2", next);
        }

        var moved = await ImportAsync("--json");
        Assert.Equal(1, (int)moved.Json["tags"]!["moved"]!);
        await using (var registry = await ServeAsync(Destination))
            await AssertHasManifestAsync(registry, "app", "latest", next);
    }
}
