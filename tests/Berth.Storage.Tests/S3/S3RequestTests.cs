using System.Buffers;
using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;
using S3Objects = Berth.Storage.S3.S3Objects;

namespace Berth.Storage.Tests.S3;

/// <summary>What is sent: as settings say, in how many calls, and what a try may take from another.</summary>
public sealed class S3RequestTests : IAsyncLifetime
{
    private S3Server _server = null!;

    private static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync() => _server = await S3Server.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Other_servers_get_neither_chunks_nor_checksums_but_signed_bodies()
    {
        await WriteAllAsync(options => options);

        Assert.All(_server.Requests, request =>
        {
            Assert.DoesNotContain("STREAMING", request.Header("x-amz-content-sha256")!, StringComparison.Ordinal);
            Assert.NotEqual("UNSIGNED-PAYLOAD", request.Header("x-amz-content-sha256"));
            Assert.DoesNotContain(request.Headers.Keys, name => name.Contains("checksum", StringComparison.OrdinalIgnoreCase));
        });
    }

    [Fact]
    public async Task Amazon_s_get_signed_chunks_with_a_checksum_behind_them()
    {
        await WriteAllAsync(options => options with { ChunkEncoding = true, Checksums = S3Checksums.WhenSupported });

        Assert.All(
            _server.Requests.Where(request => request.Operation is "PutObject" or "UploadPart"),
            request => Assert.Equal("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", request.Header("x-amz-content-sha256")));
    }

    [Theory]
    [InlineData(S3Encryption.None, null, null)]
    [InlineData(S3Encryption.Aes256, null, "AES256")]
    [InlineData(S3Encryption.Kms, null, "aws:kms")]
    [InlineData(S3Encryption.Kms, "arn:aws:kms:eu-central-1:1:key/2", "aws:kms")]
    public async Task Every_write_asks_for_encryption(S3Encryption encryption, string? key, string? header)
    {
        await WriteAllAsync(options => options with { ServerSideEncryption = encryption, KmsKeyId = key });

        var writes = _server.Requests.Where(request => request.Operation is "PutObject" or "CreateMultipartUpload").ToList();
        Assert.Equal(4, writes.Count);
        Assert.All(writes, request =>
        {
            Assert.Equal(header, request.Header("x-amz-server-side-encryption"));
            Assert.Equal(key, request.Header("x-amz-server-side-encryption-aws-kms-key-id"));
        });
    }

    [Fact]
    public async Task Blobs_have_a_storage_class_and_records_have_none()
    {
        await WriteAllAsync(options => options with { StorageClass = "STANDARD_IA" });

        Assert.All(_server.Requests.Where(request => request.Operation is "PutObject" or "CreateMultipartUpload"), request =>
            Assert.Equal(
                request.Key.Contains("/records/", StringComparison.Ordinal) ? null : "STANDARD_IA",
                request.Header("x-amz-storage-class")));
    }

    [Fact]
    public async Task A_call_is_one_request()
    {
        var bucket = Bucket();
        var (objects, records) = (new S3Objects(bucket), S3Storage.RecordsOf(bucket));
        await OneAsync("PutObject", () => objects.PutAsync("a/b", new(Data.Bytes(10)), None));
        await OneAsync("HeadObject", () => objects.StatAsync("a/b", None));
        await OneAsync("GetObject", () => objects.ReadToEndAsync("a/b"));
        await OneAsync("ListObjectsV2", () => objects.ListAsync("a/", "a/a", 1000, None));
        await OneAsync("DeleteObject", () => objects.DeleteAsync("a/b", None));
        await OneAsync("PutObject", () => records.PutAsync("r", Data.Bytes(10), PutCondition.Absent, None));
        var version = (await records.ReadAsync("r", None))!.Version;
        await OneAsync("PutObject", () => records.PutAsync("r", Data.Bytes(11), PutCondition.Matches(version), None));
        await OneAsync("PutObject", () => records.PutAsync("r", Data.Bytes(12), PutCondition.Matches(version), None)); // refused
        await OneAsync("PutObject", () => records.DeleteAsync("r", version, None)); // refused
        await OneAsync("GetObject", () => records.ReadAsync("r", None));
        await OneAsync("GetObject", () => records.ReadAsync("absent", None));
        await OneAsync("ListObjectsV2", () => records.ListAsync("", null, 1000, None));

        async Task OneAsync(string operation, Func<Task> call)
        {
            _server.ForgetRequests();
            await call();
            Assert.Equal(operation, Assert.Single(_server.Requests).Operation);
        }
    }

    [Theory]
    [InlineData(1024 * 1024, null)]
    [InlineData((1024 * 1024) + 1, "100-continue")]
    public async Task Only_a_large_body_waits_for_leave(int size, string? expect)
    {
        await new S3Objects(Bucket()).PutAsync("key", new(Data.Bytes(size)), None);

        Assert.Equal(expect, Assert.Single(_server.Requests).Header("Expect"));
    }

    [Fact]
    public async Task A_slow_try_is_given_up_and_the_next_sends_every_byte()
    {
        var content = Buffers.Split(Data.Bytes(300_000), 1000);
        var time = new ImpatientTime();
        var hold = new TaskCompletionSource();
        _server.Inject(Fault.Hold(hold.Task), "PutObject");
        var bucket = new S3Bucket(S3Fixture.OptionsFor(_server), time);

        await new S3Objects(bucket).PutAsync("key", content, None);

        hold.SetResult();
        Assert.Equal(2, _server.Requests.Count);
        Assert.Equal(Data.Bytes(300_000), _server.Bucket.Read("registry/one/key"));
    }

    private S3Bucket Bucket(Func<S3StorageOptions, S3StorageOptions>? adjust = null)
    {
        var options = S3Fixture.OptionsFor(_server);
        return new(adjust?.Invoke(options) ?? options, TimeProvider.System);
    }

    /// <summary>Writes an object, one in a part, and a record twice.</summary>
    private async Task WriteAllAsync(Func<S3StorageOptions, S3StorageOptions> adjust)
    {
        var bucket = Bucket(adjust);
        var (objects, records) = (new S3Objects(bucket), S3Storage.RecordsOf(bucket));
        await objects.PutAsync("objects/small", new(Data.Bytes(10_000)), None);
        var upload = await objects.BeginUploadAsync("objects/large", None);
        var receipt = await objects.UploadPartAsync(
            "objects/large", upload, new(1, 0, "a"), new ReadOnlySequence<byte>(Data.Bytes(10_000)), None);
        await objects.CompleteUploadAsync("objects/large", upload, [receipt], None);
        Assert.True(await records.PutAsync("records/r", Data.Bytes(10), PutCondition.Absent, None));
        var version = (await records.ReadAsync("records/r", None))!.Version;
        Assert.True(await records.PutAsync("records/r", Data.Bytes(20), PutCondition.Matches(version), None));
    }

    /// <summary>A clock by which the first limit on a try passes at once, and nothing else in a test's time.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        private int _timers;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(
                callback, state, Interlocked.Increment(ref _timers) == 1 ? TimeSpan.FromMilliseconds(300) : dueTime, period);
    }
}
