using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Berth.TestTools.ObjectServer;
using ChecksumAlgorithm = Amazon.S3.ChecksumAlgorithm;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>Amazon's own client finds the server to be what it expects.</summary>
public sealed class S3ServerTests : IAsyncLifetime
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

    [Fact]
    public async Task Faults_happen_as_often_as_they_are_told_to()
    {
        _server.Inject(Fault.Error(503, "SlowDown", retryAfter: 7), "PutObject");
        await AssertErrorAsync(503, "SlowDown", () => PutAsync("key", "1"));
        Assert.Empty(_server.Bucket.Keys);

        _server.Inject(Fault.ErrorAfterDone(500, "InternalError"), "PutObject", request => request.Key == "key");
        await AssertErrorAsync(500, "InternalError", () => PutAsync("key", "2"));
        Assert.Equal("2"u8.ToArray(), _server.Bucket.Read("key"));

        _server.Inject(Fault.Drop());
        await Assert.ThrowsAsync<HttpRequestException>(() => PutAsync("key", "3"));
        Assert.Equal("2"u8.ToArray(), _server.Bucket.Read("key"));

        _server.Inject(Fault.DropAfterDone());
        await Assert.ThrowsAsync<HttpRequestException>(() => PutAsync("key", "4"));
        Assert.Equal("4"u8.ToArray(), _server.Bucket.Read("key"));

        _server.Inject(Fault.Error(409, "ConditionalRequestConflict"));
        await AssertErrorAsync(409, "ConditionalRequestConflict", () => PutAsync("key", "5", request => request.IfMatch = "*"));

        await PutAsync("large", new string('x', 100_000));
        _server.Inject(Fault.Truncate(50_000), "GetObject");
        using var read = await _client.GetObjectAsync(Bucket, "large");
        await Assert.ThrowsAnyAsync<Exception>(() => read.ResponseStream.CopyToAsync(Stream.Null));

        var release = new TaskCompletionSource();
        _server.Inject(Fault.Hold(release.Task), "PutObject");
        var held = PutAsync("held", "1");
        Assert.DoesNotContain("held", _server.Bucket.Keys);
        release.SetResult();
        await held;
        Assert.Contains("held", _server.Bucket.Keys);
        Assert.Equal(0, _server.FaultsLeft);
    }

    [Fact]
    public async Task An_answer_of_200_may_be_an_error()
    {
        var upload = await BeginAsync();
        var part = await PutPartAsync(upload, 1, new byte[10]);
        _server.Inject(Fault.ErrorInBody("InternalError"), "CompleteMultipartUpload");
        var e = await Assert.ThrowsAsync<AmazonS3Exception>(() => CompleteAsync(upload, [part]));

        Assert.Equal("InternalError", e.ErrorCode);
        Assert.Equal(200, _server.Requests[^1].Status);
        Assert.Empty(_server.Bucket.Keys);
    }

    [Fact]
    public async Task Requests_are_kept()
    {
        await PutAsync("key", "1");
        await _client.ListObjectsV2Async(new() { BucketName = Bucket, Prefix = "k" });
        await AssertErrorAsync(404, "NoSuchKey", () => _client.GetObjectAsync(Bucket, "absent"));

        Assert.Equal(
            ["PUT PutObject key 200", "GET ListObjectsV2  200", "GET GetObject absent 404 NoSuchKey"],
            _server.Requests.Select(request => request.ToString()));
        _server.ForgetRequests();
        Assert.Empty(_server.Requests);
    }

    private static async Task AssertErrorAsync(int status, string code, Func<Task> act)
    {
        var e = await Assert.ThrowsAnyAsync<AmazonS3Exception>(act);
        Assert.True(
            (status, code) == ((int)e.StatusCode, e.ErrorCode),
            $"{(int)e.StatusCode} {e.ErrorCode}, not {status} {code}: {e.Message}");
    }

    private AmazonS3Client Connect(Action<AmazonS3Config>? configure = null)
    {
        var config = Config();
        configure?.Invoke(config);
        var credential = _server.Options.Credentials[0];
        return new(new BasicAWSCredentials(credential.AccessKeyId, credential.Secret), config);
    }

    private AmazonS3Config Config() => new()
    {
        ServiceURL = _server.Endpoint.AbsoluteUri,
        AuthenticationRegion = _server.Options.Region,
        ForcePathStyle = true,
        MaxErrorRetry = 0,
        HttpClientFactory = new LoopbackClients(),
        Timeout = TimeSpan.FromSeconds(30),
    };

    private Task<PutObjectResponse> PutAsync(string key, string content, Action<PutObjectRequest>? configure = null)
    {
        var request = new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = content };
        configure?.Invoke(request);
        return _client.PutObjectAsync(request);
    }

    private async Task<string> BeginAsync() => (await _client.InitiateMultipartUploadAsync(Bucket, "key")).UploadId;

    private async Task<PartETag> PutPartAsync(string upload, int number, byte[] content) => new(await _client.UploadPartAsync(new()
    {
        BucketName = Bucket,
        Key = "key",
        UploadId = upload,
        PartNumber = number,
        InputStream = new MemoryStream(content),
    }));

    private Task<CompleteMultipartUploadResponse> CompleteAsync(
        string upload, List<PartETag> parts, bool ifNoneMatch = false) => _client.CompleteMultipartUploadAsync(new()
        {
            BucketName = Bucket,
            Key = "key",
            UploadId = upload,
            PartETags = parts,
            IfNoneMatch = ifNoneMatch ? "*" : null,
        });

    /// <summary>Clients for which every host is this machine, and a lost connection an end: Amazon's asks again without a limit
    /// where it sees a connection that was reset, whatever MaxErrorRetry says.</summary>
    private sealed class LoopbackClients : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new OnceHandler(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }));
    }

    private sealed class OnceHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e)
            {
                throw new HttpRequestException(e.Message);
            }
        }
    }
}
