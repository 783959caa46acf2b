namespace Berth.Tests.Protocol;

/// <summary>end-9, and deleting where it is switched off.</summary>
public abstract class DeleteTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const string Unknown = "sha256:00000000000000000000000000000000000000000000000000000000000000aa";

    [SkippableFact]
    public async Task A_deleted_tag_is_gone_and_its_manifest_stays()
    {
        var digest = await Client.PushManifestAsync(Repository, "one", await Client.PrepareImageAsync(Repository));
        (await AssertStatusAsync(200, Client.SendAsync("GET", Manifest("one")))).Dispose();

        (await AssertStatusAsync(202, Client.SendAsync("DELETE", Manifest("one")))).Dispose();

        await AssertGoneAsync("one");
        await AssertErrorAsync(await Client.SendAsync("DELETE", Manifest("one")), 404, "MANIFEST_UNKNOWN");
        (await AssertStatusAsync(200, Client.SendAsync("GET", Manifest(digest)))).Dispose();
        using var tags = await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/tags/list"));
        Assert.Empty((await ReadJsonAsync(tags))["tags"]!.AsArray());
    }

    [SkippableFact]
    public async Task A_deleted_manifest_takes_the_tags_along_that_name_it()
    {
        var (first, second) = (await Client.PrepareImageAsync(Repository), await Client.PrepareImageAsync(Repository));
        foreach (var tag in new[] { "a", "b", "c" })
        {
            await Client.PushManifestAsync(Repository, tag, first);
        }
        await Client.PushManifestAsync(Repository, "b", second);
        await Client.PushManifestAsync(Repository, "other", second);

        (await AssertStatusAsync(202, Client.SendAsync("DELETE", Manifest(Client.Digest(first))))).Dispose();

        await AssertGoneAsync(Client.Digest(first));
        using var tags = await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/tags/list"));
        Assert.Equal(["b", "other"], (await ReadJsonAsync(tags))["tags"]!.AsArray().Select(tag => (string?)tag));
        await AssertErrorAsync(
            await Client.SendAsync("DELETE", Manifest(Client.Digest(first))), 404, "MANIFEST_UNKNOWN");
    }

    [SkippableFact]
    public async Task A_deleted_manifest_can_be_pushed_again()
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        var digest = await Client.PushManifestAsync(Repository, "latest", manifest);
        (await AssertStatusAsync(202, Client.SendAsync("DELETE", Manifest(digest)))).Dispose();

        await Client.PushManifestAsync(Repository, "again", manifest);

        using var pulled = await AssertStatusAsync(200, Client.SendAsync("GET", Manifest("again")));
        Assert.Equal(manifest, await pulled.Content.ReadAsByteArrayAsync());
        await AssertGoneAsync("latest");
    }

    [SkippableFact]
    public async Task A_manifest_of_another_repository_is_not_deleted()
    {
        var other = Client.NewRepository();
        var manifest = await Client.PrepareImageAsync(other);
        var digest = await Client.PushManifestAsync(other, "latest", manifest);

        await AssertErrorAsync(await Client.SendAsync("DELETE", Manifest(digest)), 404, "MANIFEST_UNKNOWN");
        await AssertErrorAsync(await Client.SendAsync("DELETE", Manifest("latest")), 404, "MANIFEST_UNKNOWN");

        (await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{other}/manifests/latest"))).Dispose();
    }

    [SkippableFact]
    public async Task Nothing_is_deleted_where_deleting_is_switched_off()
    {
        await using var registry = await Fixture.StartAsync(new RegistryOptions { DeleteEnabled = false });
        var client = new Client(registry.Client);
        var blob = await client.PushBlobAsync(Repository, Client.RandomBytes(10));
        var digest = await client.PushManifestAsync(Repository, "latest", await client.PrepareImageAsync(Repository));

        foreach (var (path, allowed) in new[]
                 {
                     (Manifest("latest"), "GET, HEAD, PUT"), (Manifest(digest), "GET, HEAD, PUT"),
                     (Manifest("unknown"), "GET, HEAD, PUT"), (Manifest(Unknown), "GET, HEAD, PUT"),
                     ($"/v2/{Repository}/blobs/{blob}", "GET, HEAD"), ($"/v2/{Repository}/blobs/{Unknown}", "GET, HEAD"),
                 })
        {
            using var response = await client.SendAsync("DELETE", path);
            Assert.Equal(allowed, Header(response, "Allow"));
            var detail = await AssertErrorAsync(response, 405, "UNSUPPORTED");
            Assert.Contains("switched off", (string?)detail, StringComparison.Ordinal);
        }
        using var other = await client.SendAsync("POST", Manifest("latest"));
        Assert.Equal("GET, HEAD, PUT", Header(other, "Allow"));

        (await AssertStatusAsync(200, client.SendAsync("GET", Manifest("latest")))).Dispose();
        (await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{Repository}/blobs/{blob}"))).Dispose();
        var upload = await client.StartUploadAsync(Repository);
        (await AssertStatusAsync(204, client.SendAsync("DELETE", upload))).Dispose(); // nobody else's content
    }

    private string Manifest(string reference) => $"/v2/{Repository}/manifests/{reference}";

    private async Task AssertGoneAsync(string reference) =>
        await AssertErrorAsync(await Client.SendAsync("GET", Manifest(reference)), 404, "MANIFEST_UNKNOWN");
}

public sealed class DeleteOverMemory(MemoryRegistry registry) : DeleteTests(registry), IClassFixture<MemoryRegistry>;

public sealed class DeleteOverFolder(FolderRegistry registry) : DeleteTests(registry), IClassFixture<FolderRegistry>;

public sealed class DeleteOverAzure(AzureRegistry registry) : DeleteTests(registry), IClassFixture<AzureRegistry>;

public sealed class DeleteOverS3(S3Registry registry) : DeleteTests(registry), IClassFixture<S3Registry>;

public sealed class DeleteOverOss(OssRegistry registry) : DeleteTests(registry), IClassFixture<OssRegistry>;
