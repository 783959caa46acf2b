using System.Text.Json.Nodes;

namespace Berth.Tests.Protocol;

/// <summary>A request that is about to fail.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path and query.</param>
/// <param name="Body">Its body.</param>
/// <param name="Status">What it is answered with when nothing fails.</param>
/// <param name="RecoverAsync">What a client does after a failure, and must succeed.</param>
internal sealed record FaultRequest(string Method, string Path, byte[]? Body, int Status, Func<Task> RecoverAsync)
{
    public (string Name, string Value)[] Headers { get; init; } = [];
}

/// <summary>One request of every kind, each in a repository that holds what it needs.</summary>
internal sealed class FaultRequests(Client client, string repository)
{
    private const int Inline = 1000;
    private const int Tail = 100_000;
    private const int Parts = 600_000; // in two chunks, of which the second makes a part

    private readonly Func<Task> _nothing = () => Task.CompletedTask;

    public Task<FaultRequest> PrepareAsync(string name) => name switch
    {
        "pull manifest by tag" => PullManifestAsync("GET", byDigest: false, 0),
        "pull manifest by digest" => PullManifestAsync("GET", byDigest: true, 0),
        "pull large manifest" => PullManifestAsync("GET", byDigest: false, 100_000),
        "HEAD manifest" => PullManifestAsync("HEAD", byDigest: false, 0),
        "pull blob" => PullBlobAsync("GET"),
        "HEAD blob" => PullBlobAsync("HEAD"),
        "start" => Task.FromResult(new FaultRequest("POST", Path("blobs/uploads/"), null, 202, _nothing)),
        "single POST" => SinglePostAsync(),
        "mount" => MountAsync(from: true),
        "mount from anywhere" => MountAsync(from: false),
        "PATCH inline" => PatchAsync(0, Inline),
        "PATCH tail" => PatchAsync(0, Tail),
        "PATCH parts" => PatchAsync(Tail, Parts),
        "PATCH more" => PatchAsync(Tail, Tail),
        "PUT empty" => PutAsync(0, 0),
        "PUT inline" => PutAsync(Inline, 0),
        "PUT tail" => PutAsync(Tail, 0),
        "PUT parts" => PutAsync(Parts, 0),
        "PUT with body" => PutAsync(Parts, Tail),
        "PUT another algorithm" => PutAsync(Inline, 0, "sha512"),
        "status" => StatusAsync(),
        "cancel inline" => CancelAsync(Inline),
        "cancel tail" => CancelAsync(Tail),
        "cancel parts" => CancelAsync(Parts),
        "push manifest" => PushManifestAsync(0, referrer: false),
        "push large manifest" => PushManifestAsync(100_000, referrer: false),
        "push index" => PushIndexAsync(),
        "push referrer" => PushManifestAsync(0, referrer: true),
        "tags" => ListAsync("tags/list"),
        "catalog" => ListAsync(null),
        "referrers" => ReferrersAsync(100),
        "large referrers" => ReferrersAsync(100_000),
        "delete tag" => DeleteManifestAsync(byDigest: false),
        "delete manifest" => DeleteManifestAsync(byDigest: true),
        "delete blob" => DeleteBlobAsync(),
        _ => throw new ArgumentException(name),
    };

    private string Path(string rest) => $"/v2/{repository}/{rest}";

    private async Task<FaultRequest> PullManifestAsync(string method, bool byDigest, int size)
    {
        var manifest = await client.PrepareImageAsync(repository);
        manifest = ManifestTests.Pad(manifest, Math.Max(size, manifest.Length));
        var digest = await client.PushManifestAsync(repository, "latest", manifest);
        return new(method, Path($"manifests/{(byDigest ? digest : "latest")}"), null, 200, _nothing);
    }

    private async Task<FaultRequest> PullBlobAsync(string method) =>
        new(method, Path($"blobs/{await client.PushBlobAsync(repository, Client.RandomBytes(1000))}"), null, 200, _nothing);

    private Task<FaultRequest> SinglePostAsync()
    {
        var content = Client.RandomBytes(Tail);
        var path = Path($"blobs/uploads/?digest={Client.Digest(content)}");
        return Task.FromResult(new FaultRequest("POST", path, content, 201, async () =>
        {
            await ExpectAsync(201, "POST", path, content);
            await ExpectBlobAsync(content);
        }));
    }

    private async Task<FaultRequest> MountAsync(bool from)
    {
        var (content, source) = (Client.RandomBytes(1000), Client.NewRepository());
        var digest = await client.PushBlobAsync(source, content);
        var path = Path($"blobs/uploads/?mount={digest}{(from ? "&from=" + source : "")}");
        return new("POST", path, null, 201, async () =>
        {
            await ExpectAsync(201, "POST", path, null);
            await ExpectBlobAsync(content);
        });
    }

    private async Task<FaultRequest> PatchAsync(int before, int size)
    {
        var content = Client.RandomBytes(before + size);
        var location = await StartAsync(content[..before]);
        return new("PATCH", location, content[before..], 202, async () =>
        {
            // Asks what is durable, as it must after a failure, and goes on from there.
            using var status = await client.SendAsync("GET", location);
            var last = int.Parse(status.Headers.GetValues("Range").Single()[2..], provider: null);
            var durable = last == 0 ? 0 : last + 1;
            Assert.Contains(durable, new[] { before, before + size });
            await ExpectAsync(202, "PATCH", location, content[durable..]);
            await ExpectAsync(201, "PUT", $"{location}?digest={Client.Digest(content)}", null);
            await ExpectBlobAsync(content);
        });
    }

    private async Task<FaultRequest> PutAsync(int before, int size, string algorithm = "sha256")
    {
        var content = Client.RandomBytes(before + size);
        var digest = Client.Digest(content, algorithm);
        var location = await StartAsync(content[..before]);
        return new("PUT", $"{location}?digest={digest}", content[before..], 201, async () =>
        {
            using (var again = await client.SendAsync("PUT", $"{location}?digest={digest}", content[before..]))
            {
                // 400: the body was saved before the failure. 404: the session had ended.
                Assert.Contains((int)again.StatusCode, new[] { 201, 400, 404 });
            }
            await client.PushBlobAsync(repository, content, algorithm);
            await ExpectBlobAsync(content, algorithm);
        });
    }

    private async Task<FaultRequest> StatusAsync() => new("GET", await StartAsync([1, 2]), null, 204, _nothing);

    private async Task<FaultRequest> CancelAsync(int size)
    {
        var location = await StartAsync(Client.RandomBytes(size));
        return new("DELETE", location, null, 204, async () =>
        {
            using var again = await client.SendAsync("DELETE", location);
            Assert.Contains((int)again.StatusCode, new[] { 204, 404 });
            await ExpectAsync(404, "GET", location, null);
        });
    }

    private async Task<FaultRequest> PushManifestAsync(int size, bool referrer)
    {
        var subject = Client.RandomImage();
        var manifest = await client.PrepareImageAsync(
            repository, 2,
            referrer ? new JsonObject { ["subject"] = Client.Descriptor(Client.OciManifest, subject) } : null);
        return PushManifest(
            ManifestTests.Pad(manifest, Math.Max(size, manifest.Length)), Client.OciManifest,
            referrer ? Client.Digest(subject) : null);
    }

    private async Task<FaultRequest> PushIndexAsync()
    {
        var image = await client.PrepareImageAsync(repository);
        await client.PushManifestAsync(repository, "image", image);
        return PushManifest(ManifestTests.Index(Client.OciIndex, image), Client.OciIndex, null);
    }

    private FaultRequest PushManifest(byte[] manifest, string mediaType, string? subject) =>
        new("PUT", Path("manifests/latest"), manifest, 201, async () =>
        {
            using (var pulled = await client.SendAsync("GET", Path("manifests/latest")))
            {
                // Nothing, or all of it: a tag never names what is not there.
                Assert.Contains((int)pulled.StatusCode, new[] { 200, 404 });
            }
            await client.PushManifestAsync(repository, "latest", manifest, mediaType);
            using var again = await client.SendAsync("GET", Path("manifests/latest"));
            Assert.Equal(manifest, await again.Content.ReadAsByteArrayAsync());
            if (subject is not null)
            {
                using var referrers = await client.SendAsync("GET", Path($"referrers/{subject}"));
                Assert.Contains(Client.Digest(manifest), await referrers.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        })
        {
            Headers = [("Content-Type", mediaType)],
        };

    private async Task<FaultRequest> ListAsync(string? path)
    {
        await client.PushManifestAsync(repository, "latest", await client.PrepareImageAsync(repository));
        return new("GET", path is null ? "/v2/_catalog?n=1" : Path(path), null, 200, _nothing);
    }

    private async Task<FaultRequest> ReferrersAsync(int annotation)
    {
        var subject = Client.RandomImage();
        await client.PushManifestAsync(repository, "referrer", await client.PrepareImageAsync(
            repository,
            extra: new JsonObject
            {
                ["subject"] = Client.Descriptor(Client.OciManifest, subject),
                ["annotations"] = new JsonObject { ["a"] = new string('x', annotation) },
            }));
        return new("GET", Path($"referrers/{Client.Digest(subject)}"), null, 200, _nothing);
    }

    private async Task<FaultRequest> DeleteManifestAsync(bool byDigest)
    {
        var manifest = ManifestTests.Pad(
            await client.PrepareImageAsync(
                repository,
                extra: new JsonObject { ["subject"] = Client.Descriptor(Client.OciManifest, Client.RandomImage()) }),
            100_000);
        var digest = await client.PushManifestAsync(repository, "latest", manifest);
        var path = Path($"manifests/{(byDigest ? digest : "latest")}");
        return new("DELETE", path, null, 202, async () =>
        {
            using (var again = await client.SendAsync("DELETE", path))
            {
                Assert.Contains((int)again.StatusCode, new[] { 202, 404 });
            }
            await ExpectAsync(404, "GET", path, null);
            await ExpectAsync(404, "GET", Path("manifests/latest"), null);
        });
    }

    private async Task<FaultRequest> DeleteBlobAsync()
    {
        var path = Path($"blobs/{await client.PushBlobAsync(repository, Client.RandomBytes(1000))}");
        return new("DELETE", path, null, 202, async () =>
        {
            using (var again = await client.SendAsync("DELETE", path))
            {
                Assert.Contains((int)again.StatusCode, new[] { 202, 404 });
            }
            await ExpectAsync(404, "GET", path, null);
        });
    }

    private async Task<string> StartAsync(byte[] content)
    {
        var location = await client.StartUploadAsync(repository);
        foreach (var chunk in content.Chunk(Parts / 2))
        {
            await ExpectAsync(202, "PATCH", location, chunk);
        }
        return location;
    }

    private async Task ExpectAsync(int status, string method, string path, byte[]? body)
    {
        using var response = await client.SendAsync(method, path, body);
        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task ExpectBlobAsync(byte[] content, string algorithm = "sha256")
    {
        using var response = await client.SendAsync("GET", Path($"blobs/{Client.Digest(content, algorithm)}"));
        Assert.Equal(200, (int)response.StatusCode);
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(content.AsSpan().SequenceEqual(body), "other bytes");
    }
}
