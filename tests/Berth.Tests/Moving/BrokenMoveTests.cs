using System.Net;
using System.Text.Json.Nodes;
using Berth.Moving;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Tests.Protocol;

namespace Berth.Tests.Moving;

/// <summary>A move that ends at any call to the destination, and is repeated.</summary>
public sealed class BrokenMoveTests : IDisposable
{
    private const string Repository = "library/app";

    private readonly DockerData _docker = new();
    private Protocol.Stores _stores = NewStores();

    public void Dispose() => _docker.Dispose();

    [Fact]
    public async Task Wherever_it_breaks_off_nothing_is_shown_that_cannot_be_pulled_whole_and_a_second_run_ends_it()
    {
        var (first, second) = (_docker.AddImage(Repository), _docker.AddImage(Repository));
        _docker.AddManifest(Repository, first, "first");
        _docker.AddManifest(Repository, second, "second");
        _docker.AddManifest(Repository, DockerData.Index(first, second), "index");
        var referrer = _docker.AddImage(
            Repository, extra: new() { ["subject"] = Client.Descriptor(Client.OciManifest, first) });
        _docker.AddManifest(Repository, referrer);
        string[] references =
        [
            "first", "second", "index", .. new[] { first, second, DockerData.Index(first, second), referrer }
                .Select(manifest => Client.Digest(manifest)),
        ];

        var breaks = 0;
        var partly = 0;
        for (var call = 1; await MoveAsync(breakAt: call); call++)
        {
            breaks++;
            var shown = await CountWholeAsync(references);
            partly += shown > 0 && shown < references.Length ? 1 : 0;
            Assert.False(await MoveAsync(breakAt: int.MaxValue));
            Assert.Equal(references.Length, await CountWholeAsync(references));
            await using (var registry = await TestRegistry.StartAsync(_stores.Open()))
            {
                var referrers = JsonNode.Parse(await registry.Client.GetStringAsync(
                    new Uri($"/v2/{Repository}/referrers/{Client.Digest(first)}", UriKind.Relative)))!;
                Assert.Equal(
                    Client.Digest(referrer), (string?)Assert.Single(referrers["manifests"]!.AsArray())!["digest"]);
            }
            _stores = NewStores();
        }
        Assert.InRange(breaks, 40, 400);
        Assert.InRange(partly, 5, breaks);
    }

    [Fact]
    public async Task A_store_that_is_busy_is_asked_again()
    {
        _docker.AddManifest(Repository, _docker.AddImage(Repository), "v1");
        var refused = 0;
        var interception = new Interception
        {
            Before = (_, _, number) => number % 7 == 0 && refused++ < 10
                ? throw new StorageException("slow down") { IsThrottled = true, RetryAfter = TimeSpan.Zero }
                : Task.CompletedTask,
        };

        var counts = await MoveAsync(interception, new());

        Assert.Equal(1, counts[MoveStep.TagCreated]);
        Assert.Equal(0, counts[MoveStep.LeftOut]);
        Assert.InRange(refused, 2, 100);
    }

    /// <returns>Whether it broke off.</returns>
    private async Task<bool> MoveAsync(int breakAt)
    {
        var interception = new Interception
        {
            // From then on all calls fail: the process is dead, whatever it still tries.
            Before = (_, _, number) => number >= breakAt ? throw new PowerCutException() : Task.CompletedTask,
        };
        try
        {
            // One at a time, so that the calls come in the same order in every run.
            await MoveAsync(interception, new() { BlobsTogether = 1 });
            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
    }

    private Task<MoveCounts> MoveAsync(Interception interception, MoveOptions options) => RegistryMove.RunAsync(
        MoveSource.OfDockerRegistry(new PlainFolder(_docker.Root)),
        RegistryStorage.Over(
            new InterceptedObjects(_stores.Objects, interception), new InterceptedRecords(_stores.Records, interception)),
        options, new MoveProgress(), TimeProvider.System, CancellationToken.None);

    private static Protocol.Stores NewStores() => new(new MemoryObjects(), new MemoryRecords());

    /// <summary>Checks that what is shown can be pulled whole.</summary>
    /// <returns>How many of the tags and digests are.</returns>
    private async Task<int> CountWholeAsync(string[] references)
    {
        await using var registry = await TestRegistry.StartAsync(_stores.Open());
        var shown = 0;
        foreach (var reference in references)
        {
            using var answer = await registry.Client.GetAsync(
                new Uri($"/v2/{Repository}/manifests/{reference}", UriKind.Relative));
            if (answer.StatusCode == HttpStatusCode.NotFound)
                continue;
            await PullAsync(registry.Client, reference);
            shown++;
        }
        return shown;
    }

    private static async Task PullAsync(HttpClient client, string reference)
    {
        var manifest = JsonNode.Parse(await client.GetStringAsync(
            new Uri($"/v2/{Repository}/manifests/{reference}", UriKind.Relative)))!;
        foreach (var child in manifest["manifests"]?.AsArray() ?? [])
            await PullAsync(client, (string)child!["digest"]!);
        foreach (var blob in (manifest["layers"]?.AsArray() ?? []).Append(manifest["config"]).Where(one => one is not null))
        {
            var digest = (string)blob!["digest"]!;
            Assert.Equal(digest, Client.Digest(await client.GetByteArrayAsync(
                new Uri($"/v2/{Repository}/blobs/{digest}", UriKind.Relative))));
        }
    }

    private sealed class PowerCutException : Exception;
}
