using System.Globalization;
using System.Text;

namespace Berth.Tests.Protocol;

/// <summary>end-5 and end-6 when the client goes away half-way: what came is durable, and the upload goes on from there.</summary>
public abstract class BrokenBodyTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [SkippableTheory]
    [InlineData("PATCH", 0, 2)] // of 0 and 1 bytes a Range says the same
    [InlineData("PATCH", 0, 20_000)]
    [InlineData("PATCH", 0, 100_000)]
    [InlineData("PATCH", 0, 9_000_000)]
    [InlineData("PATCH", 1000, 20_000)]
    [InlineData("PATCH", 1000, 700_000)]
    [InlineData("PATCH", 300_000, 100)]
    [InlineData("PATCH", 300_000, 700_000)]
    [InlineData("PUT", 0, 20_000)]
    [InlineData("PUT", 0, 700_000)]
    [InlineData("PUT", 1000, 700_000)]
    [InlineData("PUT", 300_000, 9_000_000)]
    public async Task A_body_that_ends_before_its_length_keeps_what_came_and_is_resumed(
        string method, int before, int sent)
    {
        foreach (var reset in new[] { false, true })
        {
            var (location, content) = await StartAsync(before, sent);

            await SendHalfAsync(
                method, location, content, $"Content-Length: {content.Length - before}",
                content.AsMemory(before, sent), sent, reset);

            await ResumeAsync(location, content, before + sent);
        }
    }

    [SkippableTheory]
    [InlineData("PATCH", 0, 20_000)]
    [InlineData("PATCH", 0, 700_000)]
    [InlineData("PATCH", 1000, 700_000)]
    [InlineData("PUT", 1000, 20_000)]
    public async Task A_chunked_body_that_ends_before_its_last_chunk_keeps_what_came_and_is_resumed(
        string method, int before, int sent)
    {
        foreach (var reset in new[] { false, true })
        {
            var (location, content) = await StartAsync(before, sent);
            var half = new MemoryStream();
            foreach (var chunk in content[before..(before + sent)].Chunk(7000))
            {
                half.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{chunk.Length:x}\r\n")));
                half.Write(chunk);
                half.Write("\r\n"u8);
            }

            await SendHalfAsync(
                method, location, content, "Transfer-Encoding: chunked", half.ToArray(), sent, reset);

            await ResumeAsync(location, content, before + sent);
        }
    }

    [SkippableFact]
    public async Task A_chunked_body_that_turns_into_garbage_keeps_what_came_before()
    {
        var (location, content) = await StartAsync(0, 1000);
        var taken = Fixture.Registry.BytesTaken;
        await using var http = await RawHttp.ConnectAsync(Fixture.Registry);
        await http.SendHeadAsync("PATCH", location, "Transfer-Encoding: chunked", "Connection: close");
        await http.SendAsync("3e8\r\n"u8.ToArray());
        await http.SendAsync(content.AsMemory(0, 1000));
        await Fixture.Registry.WaitForBytesAsync(taken + 1000);
        await http.SendAsync("\r\nnot a chunk\r\n"u8.ToArray());

        AssertError(await http.ReadAsync(), 400, "UNSUPPORTED");

        await ResumeAsync(location, content, 1000);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_ends_at_any_moment_leaves_an_upload_that_can_be_resumed(bool reset)
    {
        var (location, content) = await StartAsync(1000, 700_000);
        for (var sent = 1; sent <= 700_000; sent *= 7)
        {
            var taken = Fixture.Registry.BytesTaken;
            using var before = await AssertStatusAsync(204, Client.SendAsync("GET", location));
            var offset = Durable(before);
            await using var http = await RawHttp.ConnectAsync(Fixture.Registry);
            await http.SendHeadAsync("PATCH", location, $"Content-Length: {content.Length - offset}");
            await http.SendAsync(content.AsMemory(offset, 1));
            await Fixture.Registry.WaitForBytesAsync(taken + 1);
            await http.SendAsync(content.AsMemory(offset + 1, Math.Min(sent, content.Length - offset - 2)));
            http.Close(reset); // a reset takes back what the server has not read yet

            var durable = await WaitForMoreAsync(location, offset);
            Assert.InRange(durable, offset + 1, offset + 1 + sent);
        }
        using var status = await AssertStatusAsync(204, Client.SendAsync("GET", location));
        await FinishAsync(location, content, Durable(status));
    }

    [SkippableFact]
    public async Task A_body_that_ends_half_way_through_a_single_POST_stores_nothing()
    {
        var content = Client.RandomBytes(200_000);
        await using var http = await RawHttp.ConnectAsync(Fixture.Registry);
        await http.SendHeadAsync(
            "POST", $"/v2/{Repository}/blobs/uploads/?digest={Client.Digest(content)}", "Content-Length: 200000");
        await http.SendAsync(content.AsMemory(0, 100_000));
        http.Close(reset: false);

        await Fixture.Registry.Log.WaitAsync(Repository, "end-4", "POST");
        await AssertErrorAsync(
            await Client.SendAsync("GET", $"/v2/{Repository}/blobs/{Client.Digest(content)}"), 404, "BLOB_UNKNOWN");
    }

    [SkippableFact]
    public async Task A_manifest_that_ends_half_way_stores_nothing()
    {
        await using var http = await RawHttp.ConnectAsync(Fixture.Registry);
        await http.SendHeadAsync("PUT", $"/v2/{Repository}/manifests/latest", "Content-Length: 100");
        await http.SendAsync("{\"schemaVersion\":2,"u8.ToArray());
        http.Close(reset: false);

        var line = await Fixture.Registry.Log.WaitAsync(Repository, "end-7", "PUT");
        Assert.InRange(Assert.IsType<int>(line.Values["Status"]), 400, 499);
        await AssertErrorAsync(await Client.SendAsync("GET", $"/v2/{Repository}/tags/list"), 404, "NAME_UNKNOWN");
    }

    /// <summary>Begins an upload with some bytes; as many again as will be sent come after those.</summary>
    private async Task<(string Location, byte[] Content)> StartAsync(int before, int sent)
    {
        var content = Client.RandomBytes(before + sent + 50_000);
        var location = await Client.StartUploadAsync(Repository);
        if (before > 0)
        {
            (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content[..before]))).Dispose();
        }
        return (location, content);
    }

    /// <summary>Sends the head and half a body, waits until the registry has it, and goes away.</summary>
    private async Task SendHalfAsync(
        string method, string location, byte[] content, string framing, ReadOnlyMemory<byte> half, int sent, bool reset)
    {
        var taken = Fixture.Registry.BytesTaken;
        await using var http = await RawHttp.ConnectAsync(Fixture.Registry);
        await http.SendHeadAsync(
            method, method == "PUT" ? $"{location}?digest={Client.Digest(content)}" : location, framing);
        await http.SendAsync(half);
        await Fixture.Registry.WaitForBytesAsync(taken + sent);
        http.Close(reset);
    }

    private async Task ResumeAsync(string location, byte[] content, int expected)
    {
        Assert.Equal(expected, await WaitForMoreAsync(location, expected - 1));
        await FinishAsync(location, content, expected);
    }

    /// <summary>Asks, as a client does, until more bytes are durable than there were.</summary>
    private async Task<int> WaitForMoreAsync(string location, int than)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            using var status = await AssertStatusAsync(204, Client.SendAsync("GET", location));
            if (Durable(status) > than || deadline.IsCancellationRequested)
            {
                return Durable(status);
            }
        }
    }

    private async Task FinishAsync(string location, byte[] content, int durable)
    {
        var digest = Client.Digest(content);
        (await AssertStatusAsync(202, Client.SendAsync(
            "PATCH", location, content[durable..],
            ("Content-Range", $"{durable}-{content.Length - 1}")))).Dispose();
        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{location}?digest={digest}"))).Dispose();
        await AssertBlobAsync(Repository, digest, content);
    }

    private static int Durable(HttpResponseMessage status) =>
        int.Parse(Header(status, "Range")![2..], CultureInfo.InvariantCulture) + 1;
}

public sealed class BrokenBodyOverMemory(MemoryRegistry registry) : BrokenBodyTests(registry), IClassFixture<MemoryRegistry>;

public sealed class BrokenBodyOverFolder(FolderRegistry registry) : BrokenBodyTests(registry), IClassFixture<FolderRegistry>;

public sealed class BrokenBodyOverAzure(AzureRegistry registry) : BrokenBodyTests(registry), IClassFixture<AzureRegistry>;

public sealed class BrokenBodyOverS3(S3Registry registry) : BrokenBodyTests(registry), IClassFixture<S3Registry>;

public sealed class BrokenBodyOverOss(OssRegistry registry) : BrokenBodyTests(registry), IClassFixture<OssRegistry>;
