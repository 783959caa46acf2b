using Amazon.S3;
using Amazon.S3.Model;
using ChecksumAlgorithm = Amazon.S3.ChecksumAlgorithm;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>Uploads in parts.</summary>
public sealed partial class S3ServerTests
{
    [Fact]
    public async Task Parts_become_an_object()
    {
        var upload = await BeginAsync();
        var first = Data.Bytes(5 * MiB).ToArray();
        var second = Data.Bytes(1000).ToArray();
        await PutPartAsync(upload, 1, Data.Bytes(6 * MiB).ToArray());
        var parts = new List<PartETag> { await PutPartAsync(upload, 1, first), await PutPartAsync(upload, 7, second) };
        var listed = await _client.ListPartsAsync(Bucket, "key", upload);
        Assert.Equal([1, 7], listed.Parts.Select(part => part.PartNumber!.Value));
        var uploads = await _client.ListMultipartUploadsAsync(Bucket);
        Assert.Equal(upload, Assert.Single(uploads.MultipartUploads).UploadId);

        var completed = await CompleteAsync(upload, parts, ifNoneMatch: true);

        Assert.EndsWith("-2\"", completed.ETag, StringComparison.Ordinal);
        Assert.Equal([.. first, .. second], _server.Bucket.Read("key")!);
        Assert.Equal(completed.ETag, (await _client.GetObjectMetadataAsync(Bucket, "key")).ETag);
        Assert.Equal(completed.ETag, (await CompleteAsync(upload, parts, ifNoneMatch: true)).ETag);
        await AssertErrorAsync(404, "NoSuchUpload", () => CompleteAsync(upload, parts[..1]));
        await AssertErrorAsync(404, "NoSuchUpload", () => _client.AbortMultipartUploadAsync(Bucket, "key", upload));
        Assert.Empty(_server.Bucket.UnfinishedUploads);
        using var read = await _client.GetObjectAsync(
            new() { BucketName = Bucket, Key = "key", ByteRange = new((5 * MiB) - 10, (5 * MiB) + 9) });
        var range = new byte[20];
        await read.ResponseStream.ReadExactlyAsync(range);
        Assert.Equal([.. first[^10..], .. second[..10]], range);
    }

    [Fact]
    public async Task Unfinished_uploads_are_listed_by_prefix_and_from_marker_to_marker()
    {
        var begun = new List<(string Key, string Id)>();
        foreach (var key in (string[])["b/1", "a/2", "a/1", "a/2", "a/3"])
        {
            begun.Add((key, (await _client.InitiateMultipartUploadAsync(new() { BucketName = Bucket, Key = key })).UploadId));
        }

        var listed = new List<(string Key, string Id)>();
        var request = new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = "a/", MaxUploads = 1 };
        ListMultipartUploadsResponse page;
        do
        {
            page = await _client.ListMultipartUploadsAsync(request);
            listed.AddRange(page.MultipartUploads.Select(upload => (upload.Key, upload.UploadId)));
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);

        Assert.Equal(["a/1", "a/2", "a/2", "a/3"], listed.Select(upload => upload.Key));
        Assert.True(begun.Skip(1).ToHashSet().SetEquals(listed));
        var behind = await _client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Bucket, KeyMarker = "a/2" });
        Assert.Equal(["a/3", "b/1"], behind.MultipartUploads.Select(upload => upload.Key));
    }

    [Fact]
    public async Task Completing_has_its_rules()
    {
        var upload = await BeginAsync();
        var small = await PutPartAsync(upload, 1, new byte[10]);
        var large = await PutPartAsync(upload, 2, new byte[5 * MiB]);
        await AssertErrorAsync(400, "EntityTooSmall", () => CompleteAsync(upload, [small, large]));
        await AssertErrorAsync(400, "InvalidPart", () => CompleteAsync(upload, [new PartETag(2, small.ETag)]));
        await AssertErrorAsync(400, "InvalidPart", () => CompleteAsync(upload, [new PartETag(3, small.ETag)]));
        await AssertErrorAsync(400, "MalformedXML", () => CompleteAsync(upload, []));
        await AssertErrorAsync(404, "NoSuchUpload", () => CompleteAsync("other", [large]));
        await PutAsync("key", "there");
        await AssertErrorAsync(412, "PreconditionFailed", () => CompleteAsync(upload, [large], ifNoneMatch: true));
        await AssertErrorAsync(400, "InvalidArgument", () => PutPartAsync(upload, 10_001, new byte[10]));

        await CompleteAsync(upload, [large]);
        Assert.Equal(5 * MiB, _server.Bucket.Read("key")!.Length);
    }

    [Fact]
    public async Task A_server_may_want_parts_of_one_size_and_forget_completed_uploads()
    {
        _server.Options.WantsUniformParts = true;
        _server.Options.RepeatsCompletion = false;
        var upload = await BeginAsync();
        List<PartETag> uneven =
        [
            await PutPartAsync(upload, 1, new byte[5 * MiB]), await PutPartAsync(upload, 2, new byte[(5 * MiB) + 1]),
            await PutPartAsync(upload, 3, new byte[10]),
        ];
        await AssertErrorAsync(400, "InvalidPart", () => CompleteAsync(upload, uneven));
        await CompleteAsync(upload, [uneven[0], uneven[2]]);
        await AssertErrorAsync(404, "NoSuchUpload", () => CompleteAsync(upload, [uneven[0], uneven[2]]));
    }

    [Fact]
    public async Task An_upload_is_aborted()
    {
        var upload = await BeginAsync();
        await PutPartAsync(upload, 1, new byte[10]);
        await _client.AbortMultipartUploadAsync(Bucket, "key", upload);

        await AssertErrorAsync(404, "NoSuchUpload", () => PutPartAsync(upload, 2, new byte[10]));
        await AssertErrorAsync(404, "NoSuchUpload", () => _client.AbortMultipartUploadAsync(Bucket, "key", upload));
        Assert.Empty(_server.Bucket.UnfinishedUploads);
    }

    [Theory]
    [InlineData("CRC32", "COMPOSITE")]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("SHA256", "COMPOSITE")]
    public async Task Parts_have_the_checksum_that_their_upload_was_begun_with(string algorithm, string type)
    {
        var begun = await _client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest
        {
            BucketName = Bucket,
            Key = "key",
            ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
            ChecksumType = ChecksumType.FindValue(type),
        });
        var parts = new List<UploadPartResponse>();
        for (var number = 1; number <= 2; number++)
        {
            parts.Add(await _client.UploadPartAsync(new()
            {
                BucketName = Bucket,
                Key = "key",
                UploadId = begun.UploadId,
                PartNumber = number,
                InputStream = new MemoryStream(new byte[5 * MiB]),
                ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
            }));
        }

        await AssertErrorAsync(400, "InvalidRequest", () => _client.UploadPartAsync(new()
        {
            BucketName = Bucket,
            Key = "key",
            UploadId = begun.UploadId,
            PartNumber = 3,
            InputStream = new MemoryStream(new byte[10]),
            ChecksumAlgorithm = ChecksumAlgorithm.SHA1,
        }));
        if (type == "COMPOSITE")
        {
            await AssertErrorAsync(400, "InvalidRequest", () => CompleteAsync(
                begun.UploadId, [.. parts.Select(part => new PartETag(part.PartNumber!.Value, part.ETag))]));
        }

        await CompleteAsync(begun.UploadId, [.. parts.Select(part => new PartETag(part.PartNumber!.Value, part.ETag)
        {
            ChecksumCRC32 = part.ChecksumCRC32,
            ChecksumSHA256 = part.ChecksumSHA256,
        })]);
        using var read = await _client.GetObjectAsync(
            new() { BucketName = Bucket, Key = "key", ChecksumMode = ChecksumMode.ENABLED });
        Assert.Equal(type, read.ChecksumType);
        Assert.Equal(type == "COMPOSITE", (read.ChecksumCRC32 ?? read.ChecksumSHA256).EndsWith("-2", StringComparison.Ordinal));
        await read.ResponseStream.CopyToAsync(Stream.Null);
    }
}
