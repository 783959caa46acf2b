namespace Berth.Tests.Protocol;

/// <summary>end-2 without ranges, end-10 and end-11: pulling, deleting and mounting blobs.</summary>
public abstract class BlobTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const string Unknown = "sha256:00000000000000000000000000000000000000000000000000000000000000aa";

    public static TheoryData<string, int> Contents => new()
    {
        { "sha256", 0 },
        { "sha256", 1 },
        { "sha256", 100_000 },
        { "sha512", 0 },
        { "sha512", 1 },
        { "sha512", 100_000 },
    };

    [SkippableTheory]
    [MemberData(nameof(Contents))]
    public async Task A_blob_is_pulled_as_it_was_pushed(string algorithm, int size)
    {
        var content = Client.RandomBytes(size);
        var digest = await Client.PushBlobAsync(Repository, content, algorithm);

        using var response = await AssertStatusAsync(200, Client.SendAsync("GET", Blob(digest)));

        Assert.Equal(content, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(size, response.Content.Headers.ContentLength);
        Assert.Equal("application/octet-stream", Header(response, "Content-Type"));
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
        Assert.Equal("bytes", Header(response, "Accept-Ranges"));
        Assert.Equal($"\"{digest}\"", Header(response, "ETag"));
        await AssertBlobAsync(Repository, digest, content);
    }

    [SkippableTheory]
    [MemberData(nameof(Contents))]
    public async Task HEAD_tells_size_and_digest_of_a_blob(string algorithm, int size)
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(size), algorithm);

        using var response = await AssertStatusAsync(200, Client.SendAsync("HEAD", Blob(digest)));

        Assert.Equal(size, response.Content.Headers.ContentLength);
        Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [SkippableTheory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("DELETE")]
    public async Task A_blob_that_the_repository_does_not_hold_is_answered_with_404(string method)
    {
        using var response = await Client.SendAsync(method, Blob(Unknown));

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Null(Header(response, "Docker-Content-Digest"));
        Assert.Null(Header(response, "ETag"));
        if (method != "HEAD")
        {
            var detail = await AssertErrorAsync(response, 404, "BLOB_UNKNOWN");
            Assert.Equal(Unknown, (string?)detail!["digest"]);
        }
    }

    [SkippableFact]
    public async Task A_blob_of_another_repository_is_not_served()
    {
        var digest = await Client.PushBlobAsync(Client.NewRepository(), Client.RandomBytes(10));

        await AssertErrorAsync(await Client.SendAsync("GET", Blob(digest)), 404, "BLOB_UNKNOWN");
    }

    [SkippableTheory]
    [InlineData("GET", "\"{0}\"", 304)]
    [InlineData("HEAD", "\"{0}\"", 304)]
    [InlineData("GET", "W/\"{0}\"", 304)]
    [InlineData("GET", "*", 304)]
    [InlineData("GET", "\"other\", \"{0}\"", 304)]
    [InlineData("GET", "\"other\"", 200)]
    [InlineData("GET", "{0}", 200)]
    public async Task A_client_that_has_the_blob_is_told_so(string method, string condition, int status)
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(10));

        using var response = await AssertStatusAsync(
            status,
            Client.SendAsync(
                method, Blob(digest), (byte[]?)null,
                ("If-None-Match", condition.Replace("{0}", digest, StringComparison.Ordinal))));

        Assert.Equal(status == 304 ? 0 : 10, (await response.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
    }

    [SkippableFact]
    public async Task A_blob_is_never_compressed_on_the_way()
    {
        var digest = await Client.PushBlobAsync(Repository, new byte[50_000]);

        using var response = await AssertStatusAsync(
            200,
            Client.SendAsync(
                "GET", Blob(digest), (byte[]?)null, ("Accept-Encoding", "zstd;q=1.0,gzip;q=0.8,deflate;q=0.5")));

        Assert.Null(Header(response, "Content-Encoding"));
        Assert.Equal(50_000, response.Content.Headers.ContentLength);
    }

    [SkippableFact]
    public async Task A_deleted_blob_is_gone_from_its_repository_and_stays_in_others()
    {
        var content = Client.RandomBytes(1000);
        var other = Client.NewRepository();
        var digest = await Client.PushBlobAsync(Repository, content);
        await Client.PushBlobAsync(other, content);

        (await AssertStatusAsync(202, Client.SendAsync("DELETE", Blob(digest)))).Dispose();

        await AssertErrorAsync(await Client.SendAsync("GET", Blob(digest)), 404, "BLOB_UNKNOWN");
        await AssertErrorAsync(await Client.SendAsync("DELETE", Blob(digest)), 404, "BLOB_UNKNOWN");
        await AssertBlobAsync(other, digest, content);
    }

    [SkippableFact]
    public async Task A_deleted_blob_can_be_pushed_again()
    {
        var content = Client.RandomBytes(100_000);
        var digest = await Client.PushBlobAsync(Repository, content);
        (await AssertStatusAsync(202, Client.SendAsync("DELETE", Blob(digest)))).Dispose();

        await Client.PushBlobAsync(Repository, content);

        await AssertBlobAsync(Repository, digest, content);
    }

    [SkippableFact]
    public async Task A_blob_pushed_twice_is_kept_once()
    {
        var content = Client.RandomBytes(100_000);
        var other = Client.NewRepository();
        var digest = await Client.PushBlobAsync(Repository, content);

        await Client.PushBlobAsync(Repository, content);
        await Client.PushBlobAsync(other, content);

        Assert.Equal(await FindBlobAsync(Repository, digest), await FindBlobAsync(other, digest));
        await AssertBlobAsync(Repository, digest, content);
    }

    [SkippableTheory]
    [InlineData("?mount={0}&from={1}")]
    [InlineData("?from={1}&mount={0}")]
    [InlineData("?mount={0}")]
    [InlineData("?mount={0}&from=")]
    [InlineData("?mount={0}&from={1}&origin=registry.example")]
    public async Task A_blob_of_another_repository_is_mounted(string query)
    {
        foreach (var escape in new Func<string, string>[] { Uri.EscapeDataString, text => text })
        {
            var content = Client.RandomBytes(70_000);
            var (source, target) = (Client.NewRepository(), Client.NewRepository());
            var digest = await Client.PushBlobAsync(source, content);

            using var response = await AssertStatusAsync(201, Client.SendAsync("POST", Uploads(
                target,
                query.Replace("{0}", escape(digest), StringComparison.Ordinal)
                    .Replace("{1}", escape(source), StringComparison.Ordinal))));

            Assert.Equal($"/v2/{target}/blobs/{digest}", Header(response, "Location"));
            Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
            await AssertBlobAsync(target, digest, content);
        }
    }

    [SkippableTheory]
    [InlineData("sha256", "")]
    [InlineData("sha256", "&from=test/there-is-none")]
    [InlineData("sha512", "")]
    [InlineData("sha512", "&from=test/there-is-none")]
    public async Task A_mount_that_finds_nothing_begins_an_upload(string algorithm, string from)
    {
        var content = Client.RandomBytes(40_000);
        var digest = Client.Digest(content, algorithm);
        using var begun = await AssertStatusAsync(202, Client.SendAsync("POST", Uploads(Repository, $"?mount={digest}{from}")));

        var location = Header(begun, "Location");
        (await AssertStatusAsync(202, Client.SendAsync("PATCH", location!, content))).Dispose();
        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{location}?digest={digest}"))).Dispose();

        await AssertBlobAsync(Repository, digest, content);
    }

    [SkippableFact]
    public async Task A_blob_that_its_source_deleted_is_not_mounted()
    {
        var source = Client.NewRepository();
        var digest = await Client.PushBlobAsync(source, Client.RandomBytes(10));
        (await AssertStatusAsync(202, Client.SendAsync("DELETE", $"/v2/{source}/blobs/{digest}"))).Dispose();

        (await AssertStatusAsync(202, Client.SendAsync("POST", Uploads(Repository, $"?mount={digest}&from={source}"))))
            .Dispose();
        (await AssertStatusAsync(202, Client.SendAsync("POST", Uploads(Repository, $"?mount={digest}")))).Dispose();
    }

    [SkippableTheory]
    [InlineData("?mount=sha256:abc&from=test/x", "DIGEST_INVALID")]
    [InlineData("?mount=", "DIGEST_INVALID")]
    [InlineData("?mount=md5:d41d8cd98f00b204e9800998ecf8427e", "DIGEST_INVALID")]
    [InlineData("?mount=" + Unknown + "&from=Test/X", "NAME_INVALID")]
    [InlineData("?mount=" + Unknown + "&from=../secret", "NAME_INVALID")]
    [InlineData("?mount=" + Unknown + "&mount=" + Unknown, "DIGEST_INVALID")]
    public async Task A_malformed_mount_is_refused_with_400(string query, string code) =>
        await AssertErrorAsync(await Client.SendAsync("POST", Uploads(Repository, query)), 400, code);

    private static string Uploads(string repository, string query) => $"/v2/{repository}/blobs/uploads/{query}";

    private string Blob(string digest) => $"/v2/{Repository}/blobs/{digest}";
}

public sealed class BlobOverMemory(MemoryRegistry registry) : BlobTests(registry), IClassFixture<MemoryRegistry>;

public sealed class BlobOverFolder(FolderRegistry registry) : BlobTests(registry), IClassFixture<FolderRegistry>;

public sealed class BlobOverAzure(AzureRegistry registry) : BlobTests(registry), IClassFixture<AzureRegistry>;

public sealed class BlobOverS3(S3Registry registry) : BlobTests(registry), IClassFixture<S3Registry>;

public sealed class BlobOverOss(OssRegistry registry) : BlobTests(registry), IClassFixture<OssRegistry>;
