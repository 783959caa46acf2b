using System.Net;

namespace Berth.Tests.Protocol;

/// <summary>end-4, end-5, end-6, end-13 and end-14: the ways of pushing a blob.</summary>
public abstract class UploadTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    [SkippableFact]
    public async Task POST_begins_an_upload()
    {
        using var response = await AssertStatusAsync(202, Client.SendAsync("POST", Uploads));

        var id = Header(response, "Docker-Upload-UUID");
        Assert.True(Guid.TryParseExact(id, "D", out _));
        Assert.Equal($"{Uploads}{id}", Header(response, "Location"));
        Assert.Equal("0-0", Header(response, "Range"));
        Assert.Equal(
            Fixture.Objects.MinimumPartSize, int.Parse(Header(response, "OCI-Chunk-Min-Length")!, provider: null));
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [SkippableTheory]
    [InlineData("sha256", 0)]
    [InlineData("sha256", 1)]
    [InlineData("sha256", 100_000)]
    [InlineData("sha512", 100_000)]
    public async Task A_single_POST_pushes_a_blob(string algorithm, int size)
    {
        var content = Client.RandomBytes(size);
        var digest = Client.Digest(content, algorithm);

        using var response = await AssertStatusAsync(
            201, Client.SendAsync("POST", $"{Uploads}?digest={digest}", content));

        Assert.Equal($"/v2/{Repository}/blobs/{digest}", Header(response, "Location"));
        Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
        await AssertBlobAsync(Repository, digest, content);
    }

    [SkippableFact]
    public async Task A_single_POST_with_another_digest_is_refused_and_stores_nothing()
    {
        var digest = Client.Digest(Client.RandomBytes(10));

        await AssertMismatchAsync(
            await Client.SendAsync("POST", $"{Uploads}?digest={digest}", Client.RandomBytes(100_000)), digest);

        await AssertErrorAsync(
            await Client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}"), 404, "BLOB_UNKNOWN");
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("?digest-algorithm=sha256")]
    [InlineData("?digest-algorithm=sha512")]
    public async Task Any_algorithm_may_close_an_upload_that_began_with_any_other(string query)
    {
        foreach (var (algorithm, patched) in new[]
                 {
                     ("sha256", 0), ("sha256", 1000), ("sha256", 100_000),
                     ("sha512", 0), ("sha512", 1000), ("sha512", 100_000),
                 })
        {
            var content = Client.RandomBytes(100_000);
            var digest = Client.Digest(content, algorithm);
            var location = await Client.StartUploadAsync(Repository, query);
            (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content[..patched]))).Dispose();

            using var response = await AssertStatusAsync(
                201, Client.SendAsync("PUT", $"{location}?digest={digest}", content[patched..]));

            Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
            await AssertBlobAsync(Repository, digest, content);
        }
    }

    [SkippableFact]
    public async Task A_large_upload_hashed_with_sha256_is_closed_with_sha512()
    {
        var content = Client.RandomBytes((8 * 1024 * 1024) + 700_000);
        var digest = Client.Digest(content, "sha512");
        var location = await Client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content))).Dispose();

        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{location}?digest={digest}"))).Dispose();

        await AssertBlobAsync(Repository, digest, content);
    }

    [SkippableTheory]
    [InlineData(1000, 0)]
    [InlineData(1000, 1000)]
    [InlineData(100_000, 0)]
    [InlineData(100_000, 1000)]
    [InlineData(1000, 9_000_000)]
    [InlineData(20_000_000, 0)]
    [InlineData(20_000_000, 1000)]
    public async Task A_wrong_digest_of_another_algorithm_ends_the_upload(int patched, int put)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var location = await client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, client.SendAsync("PATCH", location, Client.RandomBytes(patched)))).Dispose();
        var digest = Client.Digest([1], "sha512");

        await AssertMismatchAsync(
            await client.SendAsync("PUT", $"{location}?digest={digest}", Client.RandomBytes(put)), digest);

        await AssertErrorAsync(await client.SendAsync("GET", location), 404, "BLOB_UPLOAD_UNKNOWN");
        await AssertErrorAsync(await client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}"), 404, "BLOB_UNKNOWN");
        Assert.Empty(await ListObjectsAsync(registry.Storage));
    }

    [SkippableTheory]
    [InlineData("md5")]
    [InlineData("SHA256")]
    [InlineData("sha384")]
    [InlineData("")]
    [InlineData("sha256%0A")]
    public async Task An_upload_with_an_unknown_algorithm_is_refused(string algorithm) =>
        await AssertErrorAsync(
            await Client.SendAsync("POST", $"{Uploads}?digest-algorithm={algorithm}"), 400, "DIGEST_INVALID");

    [SkippableFact]
    public async Task PATCH_and_status_tell_the_last_byte_that_is_durable()
    {
        var location = await Client.StartUploadAsync(Repository);

        using var patched = await AssertStatusAsync(202, Client.SendAsync("PATCH", location, new byte[70_000]));
        using var status = await AssertStatusAsync(204, Client.SendAsync("GET", location));

        foreach (var response in new[] { patched, status })
        {
            Assert.Equal("0-69999", Header(response, "Range"));
            Assert.Equal(location, Header(response, "Location"));
            Assert.Equal(location.Split('/')[^1], Header(response, "Docker-Upload-UUID"));
        }
        Assert.Empty(await status.Content.ReadAsByteArrayAsync());
    }

    [SkippableTheory]
    [InlineData(0, 0)]
    [InlineData(100, 0)]
    [InlineData(100_000, 5)]
    [InlineData(9_000_000, 5)]
    public async Task A_wrong_digest_is_refused_and_the_upload_stays_as_it_was(int patched, int put)
    {
        var (content, wrong) = (Client.RandomBytes(patched), Client.Digest([1, 2, 3]));
        var location = await Client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content))).Dispose();

        await AssertMismatchAsync(
            await Client.SendAsync("PUT", $"{location}?digest={wrong}", Client.RandomBytes(put)), wrong);

        await AssertErrorAsync(await Client.SendAsync("GET", $"/v2/{Repository}/blobs/{wrong}"), 404, "BLOB_UNKNOWN");
        using var status = await AssertStatusAsync(204, Client.SendAsync("GET", location));
        Assert.Equal($"0-{Math.Max(0, patched - 1)}", Header(status, "Range"));
        var digest = Client.Digest(content);
        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{location}?digest={digest}"))).Dispose();
        await AssertBlobAsync(Repository, digest, content);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("?digest=")]
    [InlineData("?digest=sha256")]
    [InlineData("?digest=sha256:abc")]
    [InlineData("?digest=md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("?digest=sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("?digest=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855%0A")]
    [InlineData("?digest=%20sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("?digest=sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public async Task A_malformed_digest_is_refused_and_the_upload_stays_as_it_was(string query)
    {
        var location = await Client.StartUploadAsync(Repository);

        await AssertErrorAsync(await Client.SendAsync("PUT", location + query, new byte[10]), 400, "DIGEST_INVALID");
        if (query.Length > 0)
        {
            await AssertErrorAsync(await Client.SendAsync("POST", Uploads + query, new byte[10]), 400, "DIGEST_INVALID");
        }

        using var status = await AssertStatusAsync(204, Client.SendAsync("GET", location));
        Assert.Equal("0-0", Header(status, "Range"));
    }

    [SkippableTheory]
    [InlineData("PATCH", "")]
    [InlineData("PUT", "?digest=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    public async Task An_upload_that_is_unknown_finished_cancelled_or_of_another_repository_is_answered_with_404(
        string method, string query)
    {
        var finished = await Client.StartUploadAsync(Repository);
        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{finished}?digest={Client.Digest([])}"))).Dispose();
        var cancelled = await Client.StartUploadAsync(Repository);
        (await AssertStatusAsync(204, Client.SendAsync("DELETE", cancelled))).Dispose();
        var others = await Client.StartUploadAsync(Client.NewRepository());

        foreach (var location in new[]
                 {
                     $"{Uploads}{Guid.NewGuid()}", finished, cancelled, Uploads + others.Split('/')[^1],
                     $"{Uploads}none", $"{Uploads}{Guid.NewGuid():N}", $"{Uploads}{Guid.NewGuid():B}",
                     Uploads + (await Client.StartUploadAsync(Repository)).Split('/')[^1].ToUpperInvariant() + "A",
                 })
        {
            if (location == finished && query.EndsWith(Client.Digest([]), StringComparison.Ordinal))
            {
                continue; // repeats what finished it
            }
            await AssertErrorAsync(await Client.SendAsync(method, location + query), 404, "BLOB_UPLOAD_UNKNOWN");
        }
        (await AssertStatusAsync(204, Client.SendAsync("GET", others))).Dispose();
    }

    [SkippableTheory]
    [InlineData(0, 0)]
    [InlineData(1000, 0)]
    [InlineData(0, 1000)]
    [InlineData(100_000, 1000)]
    [InlineData(9_000_000, 9_000_000)]
    public async Task A_finish_that_is_repeated_is_answered_as_before(int patched, int put)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(patched + put);
        var location = await client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, client.SendAsync("PATCH", location, content[..patched]))).Dispose();

        for (var i = 0; i < 3; i++)
        {
            using var answer = await AssertStatusAsync(201, client.SendAsync(
                "PUT", $"{location}?digest={Client.Digest(content)}", content[patched..]));
            Assert.Equal(Client.Digest(content), Header(answer, "Docker-Content-Digest"));
        }

        await AssertErrorAsync(
            await client.SendAsync("PUT", $"{location}?digest={Client.Digest([1])}"), 404, "BLOB_UPLOAD_UNKNOWN");
        using var blob = await client.SendAsync("GET", $"/v2/{Repository}/blobs/{Client.Digest(content)}");
        Assert.Equal(content, await blob.Content.ReadAsByteArrayAsync());
        Assert.Single(await ListObjectsAsync(registry.Storage));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(9_000_000)]
    public async Task A_cancelled_upload_leaves_no_object(int patched)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var location = await client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, client.SendAsync("PATCH", location, Client.RandomBytes(patched)))).Dispose();

        (await AssertStatusAsync(204, client.SendAsync("DELETE", location))).Dispose();

        Assert.Empty(await ListObjectsAsync(registry.Storage));
    }

    [SkippableTheory]
    [InlineData(100_000, 0, 1, 0)]
    [InlineData((8 * 1024 * 1024) + 50_000, 0, 1, 0)]
    [InlineData((8 * 1024 * 1024) + 300_000, 0, 0, 0)]
    // Bytes after a part, too few for another: a store may delete them by age, as no blob is ever made of them.
    [InlineData((8 * 1024 * 1024) + 300_000, 50_000, 0, 1)]
    public async Task Bytes_that_will_be_sent_again_lie_apart_from_blobs(int first, int second, int objects, int tails)
    {
        await using var registry = await TestRegistry.StartAsync(new Stores(
            new Storage.MemoryObjects(minimumPartSize: 256 * 1024), new Storage.MemoryRecords()).Open());
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(first + second);
        var location = await client.StartUploadAsync(Repository);

        (await AssertStatusAsync(202, client.SendAsync("PATCH", location, content[..first]))).Dispose();
        if (second > 0)
        {
            (await AssertStatusAsync(202, client.SendAsync("PATCH", location, content[first..]))).Dispose();
        }

        await AssertCountsAsync(objects, tails);
        (await AssertStatusAsync(201, client.SendAsync("PUT", $"{location}?digest={Client.Digest(content)}", [])))
            .Dispose();
        await AssertCountsAsync(1, 0);

        async Task AssertCountsAsync(int objects, int tails)
        {
            var keys = await ListObjectsAsync(registry.Storage);
            Assert.Equal(objects, keys.Count(key => key.StartsWith("objects/", StringComparison.Ordinal)));
            Assert.Equal(tails, keys.Count(key => key.StartsWith("tails/", StringComparison.Ordinal)));
        }
    }

    [SkippableTheory]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(9_000_000)]
    public async Task A_finished_upload_leaves_one_object(int size)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        foreach (var patches in new[] { 0, 1, 3 })
        {
            var content = Client.RandomBytes(size);
            var location = await client.StartUploadAsync(Repository);
            for (var i = 0; i < patches; i++)
            {
                (await AssertStatusAsync(202, client.SendAsync(
                    "PATCH", location, content[(size * i / patches)..(size * (i + 1) / patches)]))).Dispose();
            }
            (await AssertStatusAsync(201, client.SendAsync(
                "PUT", $"{location}?digest={Client.Digest(content)}", patches == 0 ? content : []))).Dispose();
        }

        Assert.Equal(3, (await ListObjectsAsync(registry.Storage)).Count);
    }

    [SkippableFact]
    public async Task An_upload_whose_store_takes_no_further_part_is_refused_and_can_be_closed_as_it_is()
    {
        var stores = new Stores(new Storage.MemoryObjects(minimumPartSize: 1000, maximumParts: 3), new Storage.MemoryRecords());
        await using var registry = await TestRegistry.StartAsync(stores.Open());
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(12 * 1024 * 1024);
        var location = await client.StartUploadAsync(Repository);
        for (var i = 0; i < 3; i++)
        {
            (await AssertStatusAsync(202, client.SendAsync("PATCH", location, content[(i * 9000)..((i + 1) * 9000)])))
                .Dispose();
        }
        await AssertErrorAsync(
            await client.SendAsync("PATCH", location, content[27_000..]), 400, "BLOB_UPLOAD_INVALID");

        using var status = await AssertStatusAsync(204, client.SendAsync("GET", location));
        var durable = int.Parse(Header(status, "Range")![2..], provider: null) + 1;
        Assert.Equal(27_000, durable);
        using var put = await AssertStatusAsync(
            201, client.SendAsync("PUT", $"{location}?digest={Client.Digest(content[..durable])}"));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
    }

    [SkippableFact]
    public async Task Two_instances_over_one_store_behave_as_one()
    {
        await using var second = await Fixture.StartAsync();
        var other = new Client(second.Client);
        var content = Client.RandomBytes(600_000);
        var digest = Client.Digest(content);

        var location = await Client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, other.SendAsync("PATCH", location, content[..200_000]))).Dispose();
        (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content[200_000..500_001]))).Dispose();
        using var status = await AssertStatusAsync(204, other.SendAsync("GET", location));
        Assert.Equal("0-500000", Header(status, "Range"));
        (await AssertStatusAsync(201, other.SendAsync("PUT", $"{location}?digest={digest}", content[500_001..]))).Dispose();

        await AssertBlobAsync(Repository, digest, content);
    }

    private string Uploads => $"/v2/{Repository}/blobs/uploads/";

    private static async Task AssertMismatchAsync(HttpResponseMessage response, string digest)
    {
        var detail = await AssertErrorAsync(response, 400, "DIGEST_INVALID");
        Assert.Equal(digest, (string?)detail!["given"]);
        Assert.StartsWith(digest.Split(':')[0], (string?)detail["computed"], StringComparison.Ordinal);
    }
}

public sealed class UploadOverMemory(MemoryRegistry registry) : UploadTests(registry), IClassFixture<MemoryRegistry>;

public sealed class UploadOverFolder(FolderRegistry registry) : UploadTests(registry), IClassFixture<FolderRegistry>;

public sealed class UploadOverAzure(AzureRegistry registry) : UploadTests(registry), IClassFixture<AzureRegistry>;

public sealed class UploadOverS3(S3Registry registry) : UploadTests(registry), IClassFixture<S3Registry>;

public sealed class UploadOverOss(OssRegistry registry) : UploadTests(registry), IClassFixture<OssRegistry>;
