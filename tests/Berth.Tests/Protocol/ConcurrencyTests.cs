using System.Net;

namespace Berth.Tests.Protocol;

/// <summary>Requests at the same time: of two that contradict each other one wins, and no blob is ever corrupt.</summary>
public abstract class ConcurrencyTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const int Inline = 1000;
    private const int Tail = 100_000;

    [SkippableTheory]
    [InlineData(0, 700)]
    [InlineData(700, 700)]
    [InlineData(Tail, 50_000)]
    [InlineData(300_000, 300_000)]
    public async Task Of_32_PATCHes_at_one_offset_one_wins(int before, int size)
    {
        var start = Client.RandomBytes(before);
        var location = await StartAsync(start);
        var chunks = Enumerable.Range(0, 32).Select(_ => Client.RandomBytes(size)).ToArray();

        var answers = await Task.WhenAll(chunks.Select(chunk => Client.SendAsync(
            "PATCH", location, chunk, ("Content-Range", $"{before}-{before + size - 1}"))));

        var won = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Accepted);
        Assert.Equal($"0-{before + size - 1}", Header(won, "Range"));
        foreach (var lost in answers.Where(answer => answer != won))
        {
            Assert.Equal($"0-{before + size - 1}", Header(lost, "Range"));
            await AssertErrorAsync(lost, 416, "BLOB_UPLOAD_INVALID");
        }
        byte[] content = [.. start, .. chunks[Array.IndexOf(answers, won)], 1, 2, 3];
        await FinishAsync(location, content, [1, 2, 3]);
    }

    [SkippableFact]
    public async Task A_PATCH_that_finds_its_tail_taken_away_is_out_of_order()
    {
        var interception = new Interception();
        await using var registry = await Fixture.StartAsync(interception);
        var content = Client.RandomBytes(Tail + 500);
        var location = await StartAsync(content[..Tail]);
        var gate = interception.Hold("Objects.OpenReadAsync");

        var loser = new Client(registry.Client).SendAsync("PATCH", location, Client.RandomBytes(10));
        await gate.ReachedAsync();
        (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content[Tail..]))).Dispose();
        gate.Open();

        using var lost = await loser;
        Assert.Equal($"0-{content.Length - 1}", Header(lost, "Range"));
        await AssertErrorAsync(lost, 416, "BLOB_UPLOAD_INVALID");
        await FinishAsync(location, content, []);
    }

    [SkippableFact]
    public async Task A_tail_that_the_store_has_lost_is_a_fault_of_ours()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var location = await client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, client.SendAsync("PATCH", location, Client.RandomBytes(Tail)))).Dispose();
        var objects = registry.Storage.Objects;
        var tail = Assert.Single((await objects.ListAsync("objects/", null, 10, default)).Items);
        await objects.DeleteAsync(tail, default);

        (await AssertStatusAsync(503, client.SendAsync("PATCH", location, Client.RandomBytes(10)))).Dispose();
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(Inline)]
    [InlineData(Tail)]
    [InlineData(700_000)]
    public async Task Twenty_uploads_of_one_blob_are_all_accepted_and_one_object_is_kept(int patched)
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var content = Client.RandomBytes(Math.Max(patched, Tail));
        var digest = Client.Digest(content);
        var repositories = Enumerable.Range(0, 20).Select(i => $"{Repository}/{i % 10}").ToArray();

        await Task.WhenAll(repositories.Select(async repository =>
        {
            var location = await client.StartUploadAsync(repository);
            foreach (var chunk in content[..patched].Chunk(300_000))
            {
                (await AssertStatusAsync(202, client.SendAsync("PATCH", location, chunk))).Dispose();
            }
            (await AssertStatusAsync(201, client.SendAsync(
                "PUT", $"{location}?digest={digest}", content[patched..]))).Dispose();
        }));

        foreach (var repository in repositories)
        {
            using var response = await AssertStatusAsync(200, client.SendAsync("GET", $"/v2/{repository}/blobs/{digest}"));
            Assert.Equal(digest, Client.Digest(await response.Content.ReadAsByteArrayAsync()));
        }
        Assert.Single(await ListObjectsAsync(registry.Storage));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(Inline)]
    [InlineData(Tail)]
    [InlineData(600_000)]
    public async Task PUTs_of_one_session_with_different_bodies_never_corrupt_a_blob(int before)
    {
        for (var round = 0; round < 5; round++)
        {
            var start = Client.RandomBytes(before);
            var location = await StartAsync(start);
            var contents = Enumerable.Range(0, 4)
                .Select(i => (byte[])[.. start, .. Client.RandomBytes(i % 2 == 0 ? 50 : 400_000)]).ToArray();

            var answers = await Task.WhenAll(contents.Select(content => Client.SendAsync(
                "PUT", $"{location}?digest={Client.Digest(content)}", content[before..])));

            var isWon = answers.Any(answer => answer.StatusCode == HttpStatusCode.Created);
            Assert.True(isWon || (!Fixture.KeepsAttempts
                && answers.Any(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable)));
            foreach (var (answer, content) in answers.Zip(contents))
            {
                await AssertPublishedAsync(answer, content);
            }
            if (isWon)
            {
                await AssertErrorAsync(await Client.SendAsync("GET", location), 404, "BLOB_UPLOAD_UNKNOWN");
            }
        }
    }

    [SkippableTheory]
    [InlineData(Inline)]
    [InlineData(Tail)]
    [InlineData(600_000)]
    public async Task Empty_PUTs_of_one_session_never_corrupt_a_blob(int size)
    {
        for (var round = 0; round < 5; round++)
        {
            var content = Client.RandomBytes(size);
            var location = await StartAsync(content);

            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Client.SendAsync(
                "PUT", $"{location}?digest={Client.Digest(content)}")));

            Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.Created);
            foreach (var answer in answers)
            {
                await AssertPublishedAsync(answer, content);
            }
        }
    }

    /// <summary>Sizes of the session, and the storage calls of PUT before which the other request runs.</summary>
    public static TheoryData<int, string> Moments
    {
        get
        {
            var moments = new TheoryData<int, string>();
            foreach (var size in new[] { Inline, Tail, 600_000 })
            {
                foreach (var call in new[]
                         {
                             "Objects.PutAsync", "Objects.OpenReadAsync", "Objects.CompleteUploadAsync", "Records.DeleteAsync",
                             "Records.TryCreateAsync", "Records.PutAsync",
                         })
                {
                    moments.Add(size, call);
                }
            }
            return moments;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Moments))]
    public async Task A_PATCH_in_the_middle_of_a_PUT_never_takes_a_published_blob_its_object(int size, string moment) =>
        await InterruptAsync(size, moment, async location =>
        {
            using var patched = await Client.SendAsync("PATCH", location, Client.RandomBytes(70_000));
            Assert.Contains((int)patched.StatusCode, Losing(size, 202));
        });

    [SkippableTheory]
    [MemberData(nameof(Moments))]
    public async Task A_cancel_in_the_middle_of_a_PUT_never_takes_a_published_blob_its_object(int size, string moment) =>
        await InterruptAsync(size, moment, async location =>
        {
            using var cancelled = await Client.SendAsync("DELETE", location);
            Assert.Contains((int)cancelled.StatusCode, new[] { 204, 404 });
            await AssertErrorAsync(await Client.SendAsync("GET", location), 404, "BLOB_UPLOAD_UNKNOWN");
        });

    [SkippableTheory]
    [MemberData(nameof(Moments))]
    public async Task Another_PUT_in_the_middle_of_a_PUT_never_takes_a_published_blob_its_object(int size, string moment)
    {
        foreach (var algorithm in new[] { "sha256", "sha512" })
        {
            byte[]? twin = null;
            await InterruptAsync(size, moment, async location =>
            {
                using var put = await Client.SendAsync("PUT", $"{location}?digest={Client.Digest(twin!, algorithm)}");
                Assert.Contains((int)put.StatusCode, Losing(size, 201));
                if (put.StatusCode == HttpStatusCode.Created)
                {
                    await AssertBlobAsync(Repository, Client.Digest(twin!, algorithm), twin!);
                }
            }, content => twin = content);
        }
    }

    [SkippableTheory]
    [InlineData(Inline, "Records.TryReplaceAsync")]
    [InlineData(Inline, "Objects.PutAsync")]
    [InlineData(Tail, "Objects.OpenReadAsync")]
    [InlineData(Tail, "Objects.PutAsync")]
    [InlineData(Tail, "Records.TryReplaceAsync")]
    [InlineData(Tail, "Objects.DeleteAsync")]
    [InlineData(600_000, "Objects.UploadPartAsync")]
    [InlineData(600_000, "Objects.PutAsync")]
    [InlineData(600_000, "Records.TryReplaceAsync")]
    public async Task A_PUT_in_the_middle_of_a_PATCH_publishes_what_it_says_or_nothing(int size, string moment)
    {
        foreach (var added in new[] { 10, 70_000, 400_000 })
        {
            var interception = new Interception();
            await using var registry = await Fixture.StartAsync(interception);
            var content = Client.RandomBytes(size);
            var location = await StartAsync(content);
            var gate = interception.Hold(moment);

            var patch = new Client(registry.Client).SendAsync("PATCH", location, Client.RandomBytes(added));
            await Task.WhenAny(patch, gate.ReachedAsync());
            var put = await Client.SendAsync("PUT", $"{location}?digest={Client.Digest(content)}");
            gate.Open();

            using var patched = await patch;
            Assert.Contains((int)patched.StatusCode, Losing(size, 202));
            await AssertPublishedAsync(put, content);
        }
    }

    [SkippableFact]
    public async Task A_manifest_deleted_while_it_is_pushed_is_there_whole_or_not_at_all()
    {
        foreach (var size in new[] { 0, 100_000 })
        {
            var manifest = await Client.PrepareImageAsync(Repository);
            manifest = ManifestTests.Pad(manifest, Math.Max(size, manifest.Length));
            var digest = Client.Digest(manifest);
            for (var round = 0; round < 10; round++)
            {
                await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
                {
                    using var answer = i % 3 == 0
                        ? await Client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{digest}")
                        : await Client.PutManifestAsync(Repository, digest, manifest);
                    Assert.Contains((int)answer.StatusCode, new[] { 201, 202, 404 });
                }));
                using var pulled = await Client.SendAsync("GET", $"/v2/{Repository}/manifests/{digest}");
                if (pulled.StatusCode != HttpStatusCode.NotFound)
                {
                    Assert.Equal(HttpStatusCode.OK, pulled.StatusCode);
                    Assert.Equal(manifest, await pulled.Content.ReadAsByteArrayAsync());
                }
            }
        }
    }

    [SkippableFact]
    public async Task A_tag_moved_by_many_names_one_of_their_manifests()
    {
        var manifests = new List<byte[]>();
        for (var i = 0; i < 8; i++)
        {
            manifests.Add(await Client.PrepareImageAsync(Repository));
        }

        await Task.WhenAll(manifests.Select(manifest => Client.PushManifestAsync(Repository, "moving", manifest)));

        using var pulled = await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/manifests/moving"));
        var found = await pulled.Content.ReadAsByteArrayAsync();
        Assert.Contains(manifests, manifest => manifest.AsSpan().SequenceEqual(found));
        Assert.Equal(Client.Digest(found), Header(pulled, "Docker-Content-Digest"));
    }

    [SkippableFact]
    public async Task More_uploads_than_there_is_memory_for_wait_and_finish()
    {
        await using var registry = await Fixture.StartAsync(new RegistryOptions { UploadBufferSize = 24 * 1024 * 1024 });
        var client = new Client(registry.Client);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            var content = Client.RandomBytes(300_000 + i);
            var location = await client.StartUploadAsync(Repository);
            (await AssertStatusAsync(202, client.SendAsync("PATCH", location, content[..200_000]))).Dispose();
            (await AssertStatusAsync(201, client.SendAsync(
                "PUT", $"{location}?digest={Client.Digest(content)}", content[200_000..]))).Dispose();
            await AssertBlobAsync(Repository, Client.Digest(content), content);
        }));
    }

    /// <summary>Runs another request while a PUT of the whole session waits before one of its storage calls.</summary>
    private async Task InterruptAsync(
        int size, string moment, Func<string, Task> other, Action<byte[]>? begin = null)
    {
        var interception = new Interception();
        await using var registry = await Fixture.StartAsync(interception);
        var content = Client.RandomBytes(size);
        begin?.Invoke(content);
        var location = await StartAsync(content);
        var gate = interception.Hold(moment);

        var put = new Client(registry.Client).SendAsync("PUT", $"{location}?digest={Client.Digest(content)}");
        await Task.WhenAny(put, gate.ReachedAsync());
        await other(location);
        gate.Open();

        await AssertPublishedAsync(await put, content);
    }

    /// <summary>Checks that an answer to a PUT is true: a blob that was published is there, whole.</summary>
    private async Task AssertPublishedAsync(HttpResponseMessage answer, byte[] content)
    {
        using (answer)
        {
            // 400: it came when the session had another PUT's bytes already, and so another digest.
            Assert.Contains((int)answer.StatusCode, Losing(content.Length, 201, 400));
            if (answer.StatusCode == HttpStatusCode.Created || await IsThereAsync(content))
            {
                await AssertBlobAsync(Repository, Client.Digest(content), content);
            }
        }
    }

    /// <summary>How a race may end; where the session has parts, the store may know first that they are used up.</summary>
    private static int[] Losing(int size, params int[] winning) =>
        size >= 400_000 ? [.. winning, 404, 416, 503] : [.. winning, 404, 416];

    private async Task<bool> IsThereAsync(byte[] content) =>
        await FindBlobAsync(Repository, Client.Digest(content)) is not null;

    /// <summary>Begins an upload that has these bytes, by two chunks where they are many: the second makes a part.</summary>
    private async Task<string> StartAsync(byte[] content)
    {
        var location = await Client.StartUploadAsync(Repository);
        foreach (var chunk in content.Chunk(300_000))
        {
            (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, chunk))).Dispose();
        }
        return location;
    }

    private async Task FinishAsync(string location, byte[] content, byte[] last)
    {
        var digest = Client.Digest(content);
        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{location}?digest={digest}", last))).Dispose();
        await AssertBlobAsync(Repository, digest, content);
    }
}

public sealed class ConcurrencyOverMemory(MemoryRegistry registry) : ConcurrencyTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ConcurrencyOverFolder(FolderRegistry registry) : ConcurrencyTests(registry), IClassFixture<FolderRegistry>;

public sealed class ConcurrencyOverAzure(AzureRegistry registry) : ConcurrencyTests(registry), IClassFixture<AzureRegistry>;

public sealed class ConcurrencyOverS3(S3Registry registry) : ConcurrencyTests(registry), IClassFixture<S3Registry>;

public sealed class ConcurrencyOverOss(OssRegistry registry) : ConcurrencyTests(registry), IClassFixture<OssRegistry>;
