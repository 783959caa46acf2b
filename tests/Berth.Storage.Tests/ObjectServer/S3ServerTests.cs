using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Berth.TestTools.ObjectServer;
using ChecksumAlgorithm = Amazon.S3.ChecksumAlgorithm;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>Amazon's own client finds the server to be what it expects.</summary>
public sealed partial class S3ServerTests : IAsyncLifetime
{
    private const int MiB = 1024 * 1024;

    private S3Server _server = null!;
    private AmazonS3Client _client = null!;

    private string Bucket => _server.Options.Bucket;

    public async Task InitializeAsync()
    {
        _server = await S3Server.StartAsync();
        _client = Connect();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with blank/and+plus/and%25/ümläut/a=b&c?d#e/~-._!*'()")]
    [InlineData("a//b/./c/../d")]
    [InlineData("😀/\uE000")]
    public async Task An_object_is_written_read_and_deleted(string key)
    {
        var written = await PutAsync(key, "hello");
        using var read = await _client.GetObjectAsync(Bucket, key);

        Assert.Equal("\"5d41402abc4b2a76b9719d911017c592\"", written.ETag);
        Assert.Equal("hello", await new StreamReader(read.ResponseStream).ReadToEndAsync());
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equal([key], _server.Bucket.Keys);
        Assert.Equal(5, (await _client.GetObjectMetadataAsync(Bucket, key)).ContentLength);

        await _client.DeleteObjectAsync(Bucket, key);
        await AssertErrorAsync(404, "NoSuchKey", () => _client.GetObjectAsync(Bucket, key));
        await _client.DeleteObjectAsync(Bucket, key);
    }

    [Theory]
    [InlineData(true, RequestChecksumCalculation.WHEN_SUPPORTED)]
    [InlineData(false, RequestChecksumCalculation.WHEN_SUPPORTED)]
    [InlineData(true, RequestChecksumCalculation.WHEN_REQUIRED)]
    [InlineData(false, RequestChecksumCalculation.WHEN_REQUIRED)]
    public async Task Every_form_of_a_body_arrives(bool chunks, RequestChecksumCalculation checksums)
    {
        using var client = Connect(config => config.RequestChecksumCalculation = checksums);
        var content = Data.Bytes(300_000).ToArray();
        await client.PutObjectAsync(new()
        {
            BucketName = Bucket,
            Key = "key",
            InputStream = new MemoryStream(content),
            UseChunkEncoding = chunks,
        });

        Assert.Equal(content, _server.Bucket.Read("key"));
        var request = Assert.Single(_server.Requests);
        Assert.Equal(200, request.Status);
        Assert.Equal(checksums == RequestChecksumCalculation.WHEN_SUPPORTED,
            request.Headers.Any(header => header.Key.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase)
                || header.Key.Equals("x-amz-trailer", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("CRC32C")]
    [InlineData("CRC64NVME")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task The_clients_checksums_are_ours(string algorithm)
    {
        try
        {
            var written = await _client.PutObjectAsync(new()
            {
                BucketName = Bucket,
                Key = "key",
                ContentBody = "hello",
                ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
            });
            var header = $"x-amz-checksum-{algorithm.ToLowerInvariant()}";
            Assert.Contains(_server.Requests, request => request.Header("x-amz-trailer") == header || request.Header(header) is not null);
            Assert.Equal(ChecksumType.FULL_OBJECT, written.ChecksumType);
        }
        catch (AmazonClientException e) when (e.Message.Contains("AWSSDK.Extensions.CrtIntegration", StringComparison.Ordinal))
        {
            Assert.Contains(algorithm, new[] { "CRC32C", "CRC64NVME" });
        }
    }

    [Fact]
    public async Task Conditions_hold_or_do_not()
    {
        var first = await PutAsync("key", "1", request => request.IfNoneMatch = "*");
        await AssertErrorAsync(412, "PreconditionFailed", () => PutAsync("key", "2", request => request.IfNoneMatch = "*"));
        var second = await PutAsync("key", "2", request => request.IfMatch = first.ETag);
        await AssertErrorAsync(412, "PreconditionFailed", () => PutAsync("key", "3", request => request.IfMatch = first.ETag));
        await AssertErrorAsync(404, "NoSuchKey", () => PutAsync("other", "3", request => request.IfMatch = first.ETag));
        await AssertErrorAsync(501, "NotImplemented", () => PutAsync("other", "3", request => request.IfNoneMatch = first.ETag));
        await AssertErrorAsync(412, "PreconditionFailed", () => _client.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = Bucket, Key = "key", IfMatch = first.ETag }));

        await _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Bucket, Key = "key", IfMatch = second.ETag });

        Assert.Empty(_server.Bucket.Keys);
        await AssertErrorAsync(404, "NoSuchKey", () => _client.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = Bucket, Key = "key", IfMatch = second.ETag }));
    }

    [Fact]
    public async Task Of_many_writers_under_one_condition_one_wins()
    {
        var first = await PutAsync("key", "0");
        var statuses = await Task.WhenAll(Enumerable.Range(1, 20).Select(async i =>
        {
            try
            {
                return (await PutAsync("key", $"{i}", request => request.IfMatch = first.ETag)).HttpStatusCode;
            }
            catch (AmazonS3Exception e)
            {
                return e.StatusCode;
            }
        }));

        Assert.Single(statuses, HttpStatusCode.OK);
        Assert.Equal(19, statuses.Count(status => status == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task Other_kinds_of_servers_ignore_conditions_or_refuse_them()
    {
        await PutAsync("key", "1");
        _server.Options.WriteConditions = ConditionSupport.Ignored;
        await PutAsync("key", "2", request => request.IfNoneMatch = "*");
        await PutAsync("key", "3", request => request.IfMatch = "\"no\"");
        _server.Options.WriteConditions = ConditionSupport.Refused;
        await AssertErrorAsync(501, "NotImplemented", () => PutAsync("key", "4", request => request.IfNoneMatch = "*"));
        _server.Options.WriteConditions = ConditionSupport.Honoured;
        _server.Options.CreateConditions = ConditionSupport.Ignored;
        await PutAsync("key", "5", request => request.IfNoneMatch = "*");
        await AssertErrorAsync(412, "PreconditionFailed", () => PutAsync("key", "6", request => request.IfMatch = "\"no\""));

        Assert.Equal("5", Encoding.UTF8.GetString(_server.Bucket.Read("key")!));
        _server.Options.DeleteConditions = ConditionSupport.Ignored;
        await _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Bucket, Key = "key", IfMatch = "\"no\"" });
        Assert.Empty(_server.Bucket.Keys);
    }

    [Theory]
    [InlineData("bytes=1-3", "ell", "bytes 1-3/5")]
    [InlineData("bytes=3-", "lo", "bytes 3-4/5")]
    [InlineData("bytes=-2", "lo", "bytes 3-4/5")]
    [InlineData("bytes=0-99", "hello", "bytes 0-4/5")]
    public async Task A_range_is_read(string range, string expected, string contentRange)
    {
        await PutAsync("key", "hello");
        using var read = await _client.GetObjectAsync(new() { BucketName = Bucket, Key = "key", ByteRange = new(range) });

        Assert.Equal(HttpStatusCode.PartialContent, read.HttpStatusCode);
        Assert.Equal(contentRange, read.ContentRange);
        Assert.Equal(expected, await new StreamReader(read.ResponseStream).ReadToEndAsync());
    }

    [Fact]
    public async Task A_range_behind_the_end_is_refused()
    {
        await PutAsync("key", "hello");
        await AssertErrorAsync(416, "InvalidRange", () => _client.GetObjectAsync(
            new() { BucketName = Bucket, Key = "key", ByteRange = new("bytes=5-9") }));
    }

    [Fact]
    public async Task Reads_have_conditions_too()
    {
        var etag = (await PutAsync("key", "hello")).ETag;
        await AssertErrorAsync(412, "PreconditionFailed", () => _client.GetObjectAsync(
            new() { BucketName = Bucket, Key = "key", EtagToMatch = "\"other\"" }));
        var e = await Assert.ThrowsAsync<AmazonS3Exception>(() => _client.GetObjectAsync(
            new() { BucketName = Bucket, Key = "key", EtagToNotMatch = etag }));
        Assert.Equal(HttpStatusCode.NotModified, e.StatusCode);
    }

    [Fact]
    public async Task A_bucket_is_listed_page_by_page()
    {
        string[] keys = ["a", "b/1", "b/2", "b/3", "c", "d/1", "e", "\uE000", "😀"];
        foreach (var key in keys)
        {
            await PutAsync(key, key);
        }

        var request = new ListObjectsV2Request { BucketName = Bucket, MaxKeys = 2 };
        var found = new List<string>();
        ListObjectsV2Response page;
        do
        {
            page = await _client.ListObjectsV2Async(request);
            Assert.InRange(page.S3Objects.Count, 1, 2);
            found.AddRange(page.S3Objects.Select(listed => listed.Key));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);

        Assert.Equal(keys, found);
        page = await _client.ListObjectsV2Async(
            new() { BucketName = Bucket, Prefix = "b/", StartAfter = "b/1", Encoding = EncodingType.Url });
        Assert.Equal(["b/2", "b/3"], page.S3Objects.Select(listed => listed.Key));
        Assert.Equal(3, page.S3Objects[0].Size);
    }

    [Fact]
    public async Task Keys_are_cut_at_a_delimiter()
    {
        foreach (var key in (string[])["a", "b/1", "b/2", "c/1", "d"])
        {
            await PutAsync(key, key);
        }

        var all = await _client.ListObjectsV2Async(new() { BucketName = Bucket, Delimiter = "/" });
        Assert.Equal(["a", "d"], all.S3Objects.Select(listed => listed.Key));
        Assert.Equal(["b/", "c/"], all.CommonPrefixes);
        Assert.Equal(4, all.KeyCount);

        var first = await _client.ListObjectsV2Async(new() { BucketName = Bucket, Delimiter = "/", MaxKeys = 2 });
        Assert.Equal(["b/"], first.CommonPrefixes);
        var second = await _client.ListObjectsV2Async(
            new() { BucketName = Bucket, Delimiter = "/", ContinuationToken = first.NextContinuationToken });
        Assert.Equal(["c/"], second.CommonPrefixes);
        Assert.Equal("d", Assert.Single(second.S3Objects).Key);
    }

    [Fact]
    public async Task Many_objects_are_deleted_at_once()
    {
        await PutAsync("a", "a");
        await PutAsync("b&<>\"'", "b");
        await PutAsync("c", "c");
        var deleted = await _client.DeleteObjectsAsync(new()
        {
            BucketName = Bucket,
            Objects = [new() { Key = "a" }, new() { Key = "b&<>\"'" }, new() { Key = "absent" }],
        });

        Assert.Equal(3, deleted.DeletedObjects.Count);
        Assert.Equal(["c"], _server.Bucket.Keys);
    }

    [Fact]
    public async Task Encryption_storage_class_and_metadata_come_back()
    {
        var written = await PutAsync("key", "hello", request =>
        {
            request.ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS;
            request.ServerSideEncryptionKeyManagementServiceKeyId = "arn:key";
            request.StorageClass = S3StorageClass.StandardInfrequentAccess;
            request.Metadata["name"] = "value";
            request.ContentType = "text/plain";
        });
        var read = await _client.GetObjectMetadataAsync(Bucket, "key");

        Assert.Equal(ServerSideEncryptionMethod.AWSKMS, written.ServerSideEncryptionMethod);
        Assert.Equal("arn:key", written.ServerSideEncryptionKeyManagementServiceKeyId);
        Assert.NotEqual("\"5d41402abc4b2a76b9719d911017c592\"", written.ETag);
        Assert.Equal(S3StorageClass.StandardInfrequentAccess, read.StorageClass);
        Assert.Equal("arn:key", read.ServerSideEncryptionKeyManagementServiceKeyId);
        Assert.Equal("value", read.Metadata["name"]);
        Assert.Equal("text/plain", read.Headers.ContentType);
        await AssertErrorAsync(400, "InvalidStorageClass", () => PutAsync("key", "1", request => request.StorageClass = "CHEAP"));
    }

    [Fact]
    public async Task A_signed_url_is_good_for_any_client_and_sets_headers()
    {
        await PutAsync("a key/ü", "hello");
        var url = await _client.GetPreSignedURLAsync(new()
        {
            BucketName = Bucket,
            Key = "a key/ü",
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5),
            Protocol = Protocol.HTTP,
            ResponseHeaderOverrides = new() { ContentType = "text/fancy", ContentDisposition = "attachment; filename=\"a b\"" },
        });
        using var http = new HttpClient();
        using var read = await http.GetAsync(new Uri(url));

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal("hello", await read.Content.ReadAsStringAsync());
        Assert.Equal("text/fancy", read.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment; filename=\"a b\"", read.Content.Headers.ContentDisposition!.ToString());
    }

    [Fact]
    public async Task A_session_has_a_token()
    {
        _server.Options.Credentials.Add(new("AKIDSESSION", "secret", "tok+en/=="));
        using var client = new AmazonS3Client(new SessionAWSCredentials("AKIDSESSION", "secret", "tok+en/=="), Config());
        await client.PutObjectAsync(new() { BucketName = Bucket, Key = "key", ContentBody = "hello" });
        var url = await client.GetPreSignedURLAsync(new()
        {
            BucketName = Bucket, Key = "key", Protocol = Protocol.HTTP,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5),
        });
        using var http = new HttpClient();
        Assert.Equal("hello", await http.GetStringAsync(new Uri(url)));

        using var other = new AmazonS3Client(new SessionAWSCredentials("AKIDSESSION", "secret", "other"), Config());
        await AssertErrorAsync(400, "InvalidToken", () => other.GetObjectAsync(Bucket, "key"));
    }

    [Fact]
    public async Task Buckets_are_subdomains_for_clients_that_want_it()
    {
        using var client = Connect(config =>
        {
            config.ForcePathStyle = false;
            config.ServiceURL = $"http://s3.localhost:{_server.Endpoint.Port}";
        });
        await client.PutObjectAsync(new() { BucketName = Bucket, Key = "a/b", ContentBody = "hello" });

        Assert.Equal(["a/b"], _server.Bucket.Keys);
        Assert.StartsWith($"{Bucket}.s3.localhost:", Assert.Single(_server.Requests).Host, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bucket_says_what_it_is()
    {
        Assert.Equal(_server.Options.Region, (await _client.GetBucketLocationAsync(Bucket)).Location.Value);
        Assert.Equal(HttpStatusCode.OK, (await _client.HeadBucketAsync(new() { BucketName = Bucket })).HttpStatusCode);
        _server.Bucket.IsVersioned = true;
        Assert.Equal(VersionStatus.Enabled, (await _client.GetBucketVersioningAsync(Bucket)).VersioningConfig.Status);
        await AssertErrorAsync(404, "NoSuchBucket", () => _client.GetObjectAsync("nowhere", "key"));
    }
}
