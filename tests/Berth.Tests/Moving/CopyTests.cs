using System.Net;
using System.Text.Json.Nodes;
using Berth.Tests.Protocol;
using Xunit.Abstractions;

namespace Berth.Tests.Moving;

/// <summary><c>berth copy</c> between two stores of Berth.</summary>
public sealed class CopyTests(ITestOutputHelper output) : MoveTest(output)
{
    private string Source => Folder.At("source");

    [Fact]
    public async Task Both_registries_answer_alike_and_a_second_run_copies_nothing()
    {
        var paths = await PushAllAsync();

        var run = await RunAsync(["copy", Source, Destination]);

        Assert.Equal(0, run.Code);
        await AssertAlikeAsync(paths);
        var again = await RunAsync(["copy", Source, Destination]);
        Assert.StartsWith("nothing to copy: ", again.Output.Split('\n')[^2], StringComparison.Ordinal);

        var back = await RunAsync(["copy", Destination, Folder.At("third")]);
        Assert.Equal(0, back.Code);
        await AssertAlikeAsync(paths, Folder.At("third"));
    }

    [Fact]
    public async Task A_source_that_is_none_is_refused_and_not_created()
    {
        var run = await RunAsync(["copy", Source, Destination]);

        Assert.Equal(1, run.Code);
        Assert.Contains("there is no store of Berth in", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Source));
        Assert.False(Directory.Exists(Destination));
    }

    [Fact]
    public async Task A_store_is_not_copied_onto_itself()
    {
        await PushAllAsync();

        var run = await RunAsync(["copy", Source, Path.Join(Source, ".")]);

        Assert.Equal(1, run.Code);
        Assert.Contains("this is the source", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_the_source_has_lost_keeps_back_what_names_it()
    {
        byte[] manifest;
        await using (var registry = await ServeAsync(Source))
        {
            var client = new Client(registry.Client);
            manifest = await client.PrepareImageAsync("app", layers: 2);
            await client.PushManifestAsync("app", "v1", manifest);
            await client.PushManifestAsync("app", "v2", await client.PrepareImageAsync("app"));
        }
        var layer = (string)JsonNode.Parse(manifest)!["layers"]![1]!["digest"]!;
        var size = (long)JsonNode.Parse(manifest)!["layers"]![1]!["size"]!;
        foreach (var file in new DirectoryInfo(Path.Join(Source, "store/objects")).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.Length == size)
                file.Delete();
        }

        var run = await RunAsync(["copy", Source, Destination]);

        Assert.Equal(3, run.Code);
        Assert.Contains($"app: the blob {layer}: its bytes are gone", run.Error, StringComparison.Ordinal);
        await using var copied = await ServeAsync(Destination);
        Assert.Equal(["v2"], await ListAsync(copied, "/v2/app/tags/list", "tags"));
        await AssertLacksAsync(copied, $"/v2/app/manifests/{Client.Digest(manifest)}");
    }

    /// <summary>Pushes some of everything.</summary>
    /// <returns>What to ask both registries.</returns>
    private async Task<List<string>> PushAllAsync()
    {
        await using var registry = await ServeAsync(Source);
        var client = new Client(registry.Client);
        List<string> paths = ["/v2/_catalog", "/v2/emptied/tags/list"];
        foreach (var repository in (string[])["a", "library/app", "library/app/deep"])
        {
            var image = await client.PrepareImageAsync(repository, layers: 3);
            await client.PushManifestAsync(repository, "v1", image);
            var second = await client.PrepareImageAsync(repository);
            await client.PushManifestAsync(repository, Client.Digest(second), second);
            // Too large for a record.
            var large = await client.PrepareImageAsync(
                repository, extra: new() { ["annotations"] = new JsonObject { ["filler"] = new string('x', 100_000) } });
            await client.PushManifestAsync(repository, "large", large);
            var index = DockerData.Index(image, second);
            await client.PushManifestAsync(repository, "index", index, Client.OciIndex);
            var referrer = await client.PrepareImageAsync(
                repository, extra: new()
                {
                    ["subject"] = Client.Descriptor(Client.OciManifest, image),
                    ["artifactType"] = "application/vnd.example.sbom",
                    ["annotations"] = new JsonObject { ["a"] = "b" },
                });
            await client.PushManifestAsync(repository, "sbom", referrer);
            paths.Add($"/v2/{repository}/tags/list");
            paths.Add($"/v2/{repository}/referrers/{Client.Digest(image)}");
            foreach (var manifest in (byte[][])[image, second, large, index, referrer])
            {
                paths.Add($"/v2/{repository}/manifests/{Client.Digest(manifest)}");
                var json = JsonNode.Parse(manifest)!;
                paths.AddRange((json["layers"]?.AsArray() ?? []).Append(json["config"]).Where(one => one is not null)
                    .Select(one => $"/v2/{repository}/blobs/{(string)one!["digest"]!}"));
            }
            paths.AddRange(((string[])["v1", "large", "index", "sbom"]).Select(tag => $"/v2/{repository}/manifests/{tag}"));
        }
        var gone = await client.PrepareImageAsync("emptied");
        await client.PushManifestAsync("emptied", "v1", gone);
        using var deleted = await client.SendAsync("DELETE", $"/v2/emptied/manifests/{Client.Digest(gone)}");
        Assert.Equal(HttpStatusCode.Accepted, deleted.StatusCode);
        return paths;
    }

    private async Task AssertAlikeAsync(List<string> paths, string? folder = null)
    {
        await using var source = await ServeAsync(Source);
        await using var copy = await ServeAsync(folder ?? Destination);
        foreach (var path in paths)
        {
            using var one = await source.Client.GetAsync(new Uri(path, UriKind.Relative));
            using var other = await copy.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, one.StatusCode);
            Assert.Equal(one.StatusCode, other.StatusCode);
            Assert.Equal(one.Content.Headers.ContentType, other.Content.Headers.ContentType);
            Assert.Equal(one.Headers.ETag, other.Headers.ETag);
            Assert.Equal(await one.Content.ReadAsByteArrayAsync(), await other.Content.ReadAsByteArrayAsync());
        }
    }
}
