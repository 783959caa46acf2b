using System.Text;

namespace Berth.Tests.Protocol;

/// <summary>end-2 with Range (RFC 9110, section 14).</summary>
public abstract class BlobRangeTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const int Size = 1000;

    private readonly byte[] _content = Client.RandomBytes(Size);

    [SkippableTheory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=0-999", 0, 1000)]
    [InlineData("bytes=0-", 0, 1000)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("bytes=999-999", 999, 1)]
    [InlineData("bytes=999-", 999, 1)]
    [InlineData("bytes=990-5000", 990, 10)]
    [InlineData("bytes=0-99999999999999999999", 0, 1000)]
    [InlineData("bytes=5-9223372036854775807", 5, 995)]
    [InlineData("bytes=-1", 999, 1)]
    [InlineData("bytes=-1000", 0, 1000)]
    [InlineData("bytes=-5000", 0, 1000)]
    [InlineData("bytes=-99999999999999999999", 0, 1000)]
    [InlineData("BYTES=1-2", 1, 2)]
    [InlineData("bytes=,1-2,", 1, 2)]
    [InlineData("bytes=1-2,2000-2001", 1, 2)]
    public async Task A_range_is_answered_with_206_and_these_bytes(string range, int offset, int length)
    {
        using var response = await GetAsync(206, range);

        Assert.Equal($"bytes {offset}-{offset + length - 1}/{Size}", Header(response, "Content-Range"));
        Assert.Equal("application/octet-stream", Header(response, "Content-Type"));
        Assert.Equal(_content[offset..(offset + length)], await response.Content.ReadAsByteArrayAsync());
    }

    [SkippableTheory]
    [InlineData("bytes=1000-")]
    [InlineData("bytes=1000-2000")]
    [InlineData("bytes=99999999999999999999-")]
    [InlineData("bytes=99999999999999999999-99999999999999999999")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=5-2")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=1")]
    [InlineData("bytes=0x0-5")]
    [InlineData("bytes=+1-5")]
    [InlineData("bytes=1-2-3")]
    [InlineData("bytes=1 - 2")]
    [InlineData("bytes=1-2;3-4")]
    [InlineData("bytes=--1")]
    [InlineData("bytes=1000-1001,2000-2001")]
    public async Task A_range_that_the_blob_does_not_have_is_answered_with_416_and_its_size(string range)
    {
        using var response = await GetAsync(416, range);

        Assert.Equal($"bytes */{Size}", Header(response, "Content-Range"));
        Assert.Null(Header(response, "Docker-Content-Digest"));
        await AssertErrorAsync(response, 416, "SIZE_INVALID");
    }

    [SkippableTheory]
    [InlineData("bits=0-1")]
    [InlineData("0-1")]
    [InlineData("bytes 0-1")]
    [InlineData("bytes=0-999,0-0")] // more bytes than the blob: a client that asks for it all thrice gets it once
    [InlineData("bytes=0-,0-,0-")]
    public async Task Other_units_and_ranges_beyond_the_whole_are_answered_with_the_whole_blob(string range)
    {
        using var response = await GetAsync(200, range);

        Assert.Equal(_content, await response.Content.ReadAsByteArrayAsync());
    }

    [SkippableTheory]
    [InlineData("bytes=0-0,2-3", 0, 1, 2, 2)]
    [InlineData("bytes=2-3, 0-0", 2, 2, 0, 1)]
    [InlineData("bytes=0-9,5-14", 0, 10, 5, 10)]
    [InlineData("bytes=0-1,-1", 0, 2, 999, 1)]
    [InlineData("bytes=0-1,5000-,998-", 0, 2, 998, 2)]
    [InlineData("bytes=0-499,500-999", 0, 500, 500, 500)]
    public async Task Several_ranges_are_answered_with_multipart_byteranges(
        string range, int first, int firstLength, int second, int secondLength)
    {
        using var response = await GetAsync(206, range);

        var type = response.Content.Headers.ContentType!;
        Assert.Equal("multipart/byteranges", type.MediaType);
        var boundary = type.Parameters.Single(parameter => parameter.Name == "boundary").Value!;
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        Assert.Null(Header(response, "Content-Range"));
        var expected = new MemoryStream();
        foreach (var (offset, length) in new[] { (first, firstLength), (second, secondLength) })
        {
            expected.Write(Encoding.ASCII.GetBytes(
                $"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\n" +
                $"Content-Range: bytes {offset}-{offset + length - 1}/{Size}\r\n\r\n"));
            expected.Write(_content, offset, length);
        }
        expected.Write(Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
        Assert.Equal(expected.ToArray(), body);
    }

    [SkippableFact]
    public async Task A_hundred_ranges_are_answered_with_a_hundred_parts()
    {
        var range = "bytes=" + string.Join(",", Enumerable.Range(0, 100).Select(i => $"{i * 10}-{(i * 10) + 4}"));

        using var response = await GetAsync(206, range);

        var body = Encoding.Latin1.GetString(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(100, body.Split("Content-Range: bytes ").Length - 1);
    }

    [SkippableTheory]
    [InlineData("bytes=0-")]
    [InlineData("bytes=-5")]
    [InlineData("bytes=0-0")]
    public async Task No_range_of_an_empty_blob_can_be_satisfied(string range)
    {
        var digest = await Client.PushBlobAsync(Repository, []);

        using var response = await Client.SendAsync(
            "GET", $"/v2/{Repository}/blobs/{digest}", (byte[]?)null, ("Range", range));

        Assert.Equal("bytes */0", Header(response, "Content-Range"));
        await AssertErrorAsync(response, 416, "SIZE_INVALID");
    }

    [SkippableTheory]
    [InlineData("\"{0}\"", 206)]
    [InlineData("\"other\"", 200)]
    [InlineData("W/\"{0}\"", 200)]
    [InlineData("Wed, 21 Oct 2015 07:28:00 GMT", 200)]
    public async Task A_range_holds_only_for_the_blob_that_If_Range_names(string condition, int status)
    {
        var digest = await Client.PushBlobAsync(Repository, _content);

        using var response = await AssertStatusAsync(
            status,
            Client.SendAsync(
                "GET", $"/v2/{Repository}/blobs/{digest}", (byte[]?)null, ("Range", "bytes=0-9"),
                ("If-Range", condition.Replace("{0}", digest, StringComparison.Ordinal))));

        Assert.Equal(status == 206 ? 10 : Size, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    [SkippableFact]
    public async Task A_range_of_a_blob_in_several_parts_crosses_their_borders()
    {
        const int Border = 8 * 1024 * 1024;
        var content = Client.RandomBytes(Border + 300_000);
        var digest = await Client.PushBlobAsync(Repository, content);

        using var response = await AssertStatusAsync(
            206,
            Client.SendAsync(
                "GET", $"/v2/{Repository}/blobs/{digest}", (byte[]?)null, ("Range", $"bytes={Border - 1000}-{Border + 999}")));

        Assert.Equal(
            content[(Border - 1000)..(Border + 1000)], await response.Content.ReadAsByteArrayAsync());
    }

    private async Task<HttpResponseMessage> GetAsync(int status, string range)
    {
        var digest = await Client.PushBlobAsync(Repository, _content);
        return await AssertStatusAsync(
            status, Client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}", (byte[]?)null, ("Range", range)));
    }
}

public sealed class BlobRangeOverMemory(MemoryRegistry registry) : BlobRangeTests(registry), IClassFixture<MemoryRegistry>;

public sealed class BlobRangeOverFolder(FolderRegistry registry) : BlobRangeTests(registry), IClassFixture<FolderRegistry>;

public sealed class BlobRangeOverAzure(AzureRegistry registry) : BlobRangeTests(registry), IClassFixture<AzureRegistry>;

public sealed class BlobRangeOverS3(S3Registry registry) : BlobRangeTests(registry), IClassFixture<S3Registry>;

public sealed class BlobRangeOverOss(OssRegistry registry) : BlobRangeTests(registry), IClassFixture<OssRegistry>;
