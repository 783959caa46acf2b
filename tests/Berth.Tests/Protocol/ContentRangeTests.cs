namespace Berth.Tests.Protocol;

/// <summary>end-5 and end-6 with Content-Range: chunks come in order or not at all.</summary>
public abstract class ContentRangeTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    /// <summary>What the upload of each test has already.</summary>
    private const int Offset = 100;

    [SkippableTheory]
    [InlineData("100-109", 10)]
    [InlineData("100-100", 1)]
    [InlineData("0100-0109", 10)]
    public async Task A_chunk_in_order_is_appended(string range, int length)
    {
        foreach (var method in new[] { "PATCH", "PUT" })
        {
            var (location, content) = await StartAsync(length);

            using var response = await SendAsync(method, location, content, range);

            Assert.Equal(method == "PATCH" ? 202 : 201, (int)response.StatusCode);
            if (method == "PATCH")
            {
                Assert.Equal($"0-{Offset + length - 1}", Header(response, "Range"));
            }
            else
            {
                await AssertBlobAsync(Repository, Client.Digest(content), content);
            }
        }
    }

    [SkippableTheory]
    [InlineData("0-9")]
    [InlineData("99-108")]
    [InlineData("101-110")]
    [InlineData("1000-1009")]
    [InlineData("9223372036854775807-9223372036854775807")]
    [InlineData("99999999999999999999-99999999999999999999")]
    [InlineData("100-99999999999999999999")]
    [InlineData("18446744073709551716-18446744073709551725")] // 2^64 + 100
    public async Task A_chunk_out_of_order_is_refused_with_416(string range)
    {
        foreach (var method in new[] { "PATCH", "PUT" })
        {
            var (location, content) = await StartAsync(10);

            using var response = await SendAsync(method, location, content, range);

            Assert.Equal(location, Header(response, "Location"));
            Assert.Equal($"0-{Offset - 1}", Header(response, "Range"));
            await AssertErrorAsync(response, 416, "BLOB_UPLOAD_INVALID");
            await AssertUnchangedAsync(location, content);
        }
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("100")]
    [InlineData("100-")]
    [InlineData("-109")]
    [InlineData("-")]
    [InlineData("100--109")]
    [InlineData("100-109-118")]
    [InlineData("100 - 109")]
    [InlineData("+100-109")]
    [InlineData("0x64-0x6d")]
    [InlineData("bytes 100-109/110")]
    [InlineData("bytes=100-109")]
    [InlineData("100-109,110-119")]
    [InlineData("１００-１０９")]
    [InlineData("100-99")]
    public async Task A_Content_Range_that_is_none_is_refused_with_400(string range)
    {
        foreach (var method in new[] { "PATCH", "PUT" })
        {
            var (location, content) = await StartAsync(10);

            var answer = await SendRawAsync(method, location, content, $"Content-Range: {range}");

            AssertError(answer, 400, "BLOB_UPLOAD_INVALID");
            await AssertUnchangedAsync(location, content);
        }
    }

    [SkippableTheory]
    [InlineData("Content-Range: 0-999999", 416)]
    [InlineData("Content-Range: x", 400)]
    [InlineData("Content-Range: 100-100", 400)]
    public async Task A_chunk_is_refused_before_its_bytes_are_asked_for(string range, int status)
    {
        var (location, _) = await StartAsync(10);

        var answer = await RawHttp.SendAsync(
            Fixture.Registry, "PATCH", location, "Content-Length: 1000000", range, "Expect: 100-continue");

        Assert.Equal(status, answer.Status); // not 100
    }

    [SkippableFact]
    public async Task Two_Content_Ranges_are_refused_with_400()
    {
        var (location, content) = await StartAsync(10);

        var answer = await SendRawAsync("PATCH", location, content, "Content-Range: 100-109\r\nContent-Range: 100-109");

        AssertError(answer, 400, "BLOB_UPLOAD_INVALID");
        await AssertUnchangedAsync(location, content);
    }

    [SkippableTheory]
    [InlineData("100-108")]
    [InlineData("100-110")]
    [InlineData("100-100")]
    [InlineData("100-9223372036854775806")]
    public async Task A_chunk_of_another_length_than_its_range_is_refused_with_400(string range)
    {
        foreach (var method in new[] { "PATCH", "PUT" })
        {
            foreach (var chunked in new[] { false, true })
            {
                var (location, content) = await StartAsync(10);

                await AssertErrorAsync(await SendAsync(method, location, content, range, chunked), 400, "SIZE_INVALID");

                await AssertUnchangedAsync(location, content);
            }
        }
    }

    [SkippableFact]
    public async Task A_chunk_without_a_length_that_has_its_range_is_appended()
    {
        var (location, content) = await StartAsync(300_000);

        using var response = await SendAsync("PATCH", location, content, "100-300099", chunked: true);

        Assert.Equal("0-300099", Header(response, "Range"));
    }

    [SkippableFact]
    public async Task The_first_chunk_begins_with_0()
    {
        var location = await Client.StartUploadAsync(Repository);

        await AssertErrorAsync(
            await Client.SendAsync("PATCH", location, new byte[10], ("Content-Range", "1-10")), 416, "BLOB_UPLOAD_INVALID");
        (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, new byte[10], ("Content-Range", "0-9")))).Dispose();
    }

    [SkippableFact]
    public async Task A_chunk_sent_again_is_refused_with_416_and_the_blob_is_right()
    {
        var content = Client.RandomBytes(2000);
        var location = await Client.StartUploadAsync(Repository);
        (await AssertStatusAsync(
            202, Client.SendAsync("PATCH", location, content[..1000], ("Content-Range", "0-999")))).Dispose();
        await AssertErrorAsync(
            await Client.SendAsync("PATCH", location, content[..1000], ("Content-Range", "0-999")), 416,
            "BLOB_UPLOAD_INVALID");
        (await AssertStatusAsync(
            202, Client.SendAsync("PATCH", location, content[1000..], ("Content-Range", "1000-1999")))).Dispose();

        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{location}?digest={Client.Digest(content)}"))).Dispose();

        await AssertBlobAsync(Repository, Client.Digest(content), content);
    }

    /// <summary>Begins an upload that has its first bytes, of which <paramref name="rest"/> are still to come.</summary>
    private async Task<(string Location, byte[] Content)> StartAsync(int rest)
    {
        var content = Client.RandomBytes(Offset + rest);
        var location = await Client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content[..Offset]))).Dispose();
        return (location, content);
    }

    private Task<HttpResponseMessage> SendAsync(
        string method, string location, byte[] content, string range, bool chunked = false)
    {
        HttpContent body = chunked
            ? new StreamedContent(content[Offset..])
            : new ByteArrayContent(content[Offset..]);
        return Client.SendAsync(method, Target(method, location, content), body, ("Content-Range", range));
    }

    private async Task<RawAnswer> SendRawAsync(string method, string location, byte[] content, string header)
    {
        await using var http = await RawHttp.ConnectAsync(Fixture.Registry);
        await http.SendHeadAsync(
            method, Target(method, location, content), $"Content-Length: {content.Length - Offset}", header,
            "Connection: close");
        await http.SendAsync(content.AsMemory(Offset));
        return await http.ReadAsync();
    }

    private static string Target(string method, string location, byte[] content) =>
        method == "PUT" ? $"{location}?digest={Client.Digest(content)}" : location;

    private async Task AssertUnchangedAsync(string location, byte[] content)
    {
        using var status = await AssertStatusAsync(204, Client.SendAsync("GET", location));
        Assert.Equal($"0-{Offset - 1}", Header(status, "Range"));
        await AssertErrorAsync(
            await Client.SendAsync("GET", $"/v2/{Repository}/blobs/{Client.Digest(content)}"), 404, "BLOB_UNKNOWN");
    }
}

public sealed class ContentRangeOverMemory(MemoryRegistry registry) : ContentRangeTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ContentRangeOverFolder(FolderRegistry registry) : ContentRangeTests(registry), IClassFixture<FolderRegistry>;

public sealed class ContentRangeOverAzure(AzureRegistry registry)
    : ContentRangeTests(registry), IClassFixture<AzureRegistry>;

public sealed class ContentRangeOverS3(S3Registry registry) : ContentRangeTests(registry), IClassFixture<S3Registry>;

public sealed class ContentRangeOverOss(OssRegistry registry) : ContentRangeTests(registry), IClassFixture<OssRegistry>;
