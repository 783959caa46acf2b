using Berth.Storage.Oss;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Storage.Tests.Oss;

/// <summary>Answers that are lost, refusals, and an OSS that is slow.</summary>
public sealed class OssFaultTests : IAsyncLifetime
{
    private static readonly RecordKey Key = new("faults", "row");

    private OssServer _server = null!;
    private OssBucket _bucket = null!;
    private OssRecords _records = null!;
    private Berth.Storage.Oss.OssObjects _objects = null!;

    private static CancellationToken None => CancellationToken.None;

    /// <summary>What becomes of up to three tries of a write that is done, and of one that is not.</summary>
    public static TheoryData<Fault, int> LostAnswers => new()
    {
        { Fault.DropAfterDone(), 1 },
        { Fault.DropAfterDone(), 2 },
        { Fault.DropAfterDone(), 3 },
        { Fault.ErrorAfterDone(500, "InternalError"), 1 },
        { Fault.ErrorAfterDone(500, "InternalError"), 3 },
        { Fault.Drop(), 2 },
        { Fault.Error(500, "InternalError"), 2 },
        { Fault.Error(503, "ServiceUnavailable"), 2 },
    };

    public async Task InitializeAsync()
    {
        _server = await OssServer.StartAsync();
        _bucket = new(OssFixture.OptionsFor(_server), new HastyTime());
        _records = new OssRecords(_bucket, NullLogger.Instance);
        _objects = new Berth.Storage.Oss.OssObjects(_bucket);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task A_write_whose_answer_is_lost_is_known_again(Fault fault, int times)
    {
        _server.Inject(fault, "PutObject", times: times);
        Assert.True(await _records.TryCreateAsync(Key, Data.Bytes(3, 1), None));

        var version = (await _records.GetAsync(Key, None))!.Version;
        _server.Inject(fault, "PutObject", times: times);
        Assert.True(await _records.TryReplaceAsync(Key, Data.Bytes(3, 2), version, None));
        Assert.Equal(Data.Bytes(3, 2), (await _records.GetAsync(Key, None))!.Value.ToArray());

        version = (await _records.GetAsync(Key, None))!.Version;
        _server.Inject(fault, "PutObject", times: times);
        Assert.True(await _records.DeleteAsync(Key, version, None));
        Assert.Null(await _records.GetAsync(Key, None));
    }

    [Fact]
    public async Task Another_ones_write_is_not_taken_for_ones_own_when_answers_are_lost()
    {
        await _records.PutAsync(Key, Data.Bytes(3, 1), None);
        var version = (await _records.GetAsync(Key, None))!.Version;
        await new OssRecords(new(OssFixture.OptionsFor(_server), new HastyTime()), NullLogger.Instance)
            .TryReplaceAsync(Key, Data.Bytes(3, 2), version, None);
        _server.Inject(Fault.Drop(), "PutObject");
        Assert.False(await _records.TryReplaceAsync(Key, Data.Bytes(3, 2), version, None));
        _server.Inject(Fault.Drop(), "PutObject", times: 3);
        Assert.False(await _records.TryReplaceAsync(Key, Data.Bytes(3, 2), version, None));
        _server.Inject(Fault.Drop(), "PutObject", times: 3);
        Assert.False(await _records.TryCreateAsync(Key, Data.Bytes(3, 1), None));

        Assert.Equal(Data.Bytes(3, 2), (await _records.GetAsync(Key, None))!.Value.ToArray());
    }

    [Fact]
    public async Task A_write_that_cannot_be_known_is_a_fault_and_neither_yes_nor_no()
    {
        await _records.GetAsync(Key, None);
        _server.Inject(Fault.Drop(), "PutObject", times: 3);
        await Assert.ThrowsAsync<StorageException>(() => _records.TryCreateAsync(Key, Data.Bytes(1), None));
        _server.Inject(Fault.DropAfterDone(), "PutObject", times: 3);
        _server.Inject(Fault.Drop(), "GetObject", times: 3);
        await Assert.ThrowsAsync<StorageException>(() => _records.TryCreateAsync(Key, Data.Bytes(1), None));
    }

    [Fact]
    public async Task No_increment_is_lost_or_counted_twice_while_answers_are_lost()
    {
        await _records.TryCreateAsync(Key, BitConverter.GetBytes(0), None);
        var number = 0;
        _server.Inject(
            Fault.DropAfterDone(), "PutObject", _ => Interlocked.Increment(ref number) % 4 == 0, times: 1000);
        var stores = Enumerable.Range(0, 3)
            .Select(_ => new OssRecords(new(OssFixture.OptionsFor(_server), new HastyTime()), NullLogger.Instance))
            .ToArray();
        await Race.AllAsync(6, async racer =>
        {
            for (var done = 0; done < 4;)
            {
                var record = (await stores[racer % 3].GetAsync(Key, None))!;
                var next = BitConverter.GetBytes(BitConverter.ToInt32(record.Value.Span) + 1);
                done += await stores[racer % 3].TryReplaceAsync(Key, next, record.Version, None) ? 1 : 0;
            }

            return true;
        });

        Assert.Equal(24, BitConverter.ToInt32((await _records.GetAsync(Key, None))!.Value.Span));
    }

    [Theory]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(503, "UploadTrafficRateLimitExceeded")]
    [InlineData(429, "QpsLimitExceeded")]
    public async Task A_busy_OSS_is_throttling(int status, string code)
    {
        _server.Inject(Fault.Error(status, code), times: 100);

        Assert.True((await FailsAsync(() => _records.TryCreateAsync(Key, Data.Bytes(1), None))).IsThrottled);
        Assert.True((await FailsAsync(() => _records.GetAsync(Key, None))).IsThrottled);
        Assert.True((await FailsAsync(() => _objects.PutAsync("a", new(Data.Bytes(1)), None))).IsThrottled);
        Assert.True((await FailsAsync(() => _objects.ListAsync("", null, 1, None))).IsThrottled);
    }

    [Theory]
    [InlineData(403, "AccessDenied")]
    [InlineData(404, "NoSuchBucket")]
    [InlineData(500, "InternalError")]
    [InlineData(400, "InvalidArgument")]
    public async Task A_refusal_is_a_fault_and_never_absence(int status, string code)
    {
        await _records.PutAsync(Key, Data.Bytes(1), None);
        var version = (await _records.GetAsync(Key, None))!.Version;
        _server.Inject(Fault.Error(status, code), times: 1000);
        Func<Task>[] calls =
        [
            () => _records.GetAsync(Key, None), () => _records.TryCreateAsync(Key, Data.Bytes(1), None),
            () => _records.TryReplaceAsync(Key, Data.Bytes(1), version, None), () => _records.PutAsync(Key, Data.Bytes(1), None),
            () => _records.DeleteAsync(Key, null, None), () => _records.ListAsync("faults", null, 10, None),
            () => _objects.StatAsync("a", None), () => _objects.OpenReadAsync("a", 0, null, None),
            () => _objects.PutAsync("a", new(Data.Bytes(1)), None), () => _objects.DeleteAsync("a", None),
            () => _objects.BeginUploadAsync("a", None), () => _objects.ListAsync("", null, 1, None),
            () => _objects.UploadPartAsync("a", "id", new(1, 0, "a"), new(Data.Bytes(1)), None),
            () => _objects.CompleteUploadAsync("a", "id", ["1:1::E"], None), () => _objects.AbortUploadAsync("a", "id", None),
        ];
        foreach (var call in calls)
        {
            var fault = await FailsAsync(call);
            Assert.False(fault.IsThrottled);
            Assert.Contains(code, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Secrets_are_in_no_message()
    {
        var options = OssFixture.OptionsFor(_server) with { AccessKeySecret = "wrong-and-secret", SecurityToken = "token-and-secret" };
        var fault = await FailsAsync(() => new OssRecords(new(options, new HastyTime()), NullLogger.Instance).GetAsync(Key, None));

        Assert.DoesNotContain("and-secret", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Signature=", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bucket_with_versions_is_refused(bool mayAsk)
    {
        _server.Bucket.IsVersioned = true;
        if (!mayAsk)
        {
            _server.Inject(Fault.Error(403, "AccessDenied"), "GetBucketVersioning");
        }

        var fault = await FailsAsync(() => StorageCheck.RunAsync(_records, None));
        Assert.Contains("bucket berth-test has versioning", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_may_not_be_asked_of_versions_and_has_none_is_taken()
    {
        _server.Inject(Fault.Error(403, "AccessDenied"), "GetBucketVersioning");

        await StorageCheck.RunAsync(_records, None);
        await StorageCheck.RunAsync(_records, None);
        Assert.Single(_server.Requests, request => request.Operation == "GetBucketVersioning");
    }

    [Fact]
    public async Task A_lost_answer_to_completing_an_upload_is_a_success()
    {
        var upload = await _objects.BeginUploadAsync("layer", None);
        var receipt = await _objects.UploadPartAsync("layer", upload, new(1, 0, "a"), new(Data.Bytes(1000)), None);
        _server.Inject(Fault.DropAfterDone(), "CompleteMultipartUpload");
        await _objects.CompleteUploadAsync("layer", upload, [receipt], None);

        Assert.Equal(Data.Bytes(1000), await _objects.ReadToEndAsync("layer"));
        Assert.Empty(_server.Bucket.UnfinishedUploads);
    }

    [Fact]
    public async Task A_slow_upload_holds_up_nothing_else_and_cancelling_it_returns_at_once()
    {
        var held = new TaskCompletionSource();
        _server.Inject(Fault.Hold(held.Task), "UploadPart", times: 16);
        var upload = await _objects.BeginUploadAsync("layer", None);
        using var cancellation = new CancellationTokenSource();
        // From 2 on: the store keeps the last part of a number, which may come from one that was cancelled.
        var sending = Enumerable.Range(2, 16).Select(number => _objects.UploadPartAsync(
            "layer", upload, new(number, 0, "a"), new(new byte[2_000_000]), cancellation.Token)).ToList();

        await _records.PutAsync(Key, Data.Bytes(1), None);
        Assert.Equal(Data.Bytes(1), (await _records.GetAsync(Key, None))!.Value.ToArray());
        Assert.All(sending, part => Assert.False(part.IsCompleted));

        await cancellation.CancelAsync();
        foreach (var part in sending)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => part);
        }

        held.SetResult();
        var receipt = await _objects.UploadPartAsync("layer", upload, new(1, 0, "a"), new(Data.Bytes(2_000_000)), None);
        await _objects.CompleteUploadAsync("layer", upload, [receipt], None);
    }

    [Fact]
    public async Task A_part_whose_caller_left_is_not_sent_to_its_end()
    {
        var held = new TaskCompletionSource();
        _server.Inject(Fault.Hold(held.Task), "UploadPart");
        var upload = await _objects.BeginUploadAsync("layer", None);
        var buffer = new byte[32_000_000]; // more than lies in sockets between
        using var cancellation = new CancellationTokenSource();
        var sending = _objects.UploadPartAsync("layer", upload, new(1, 0, "a"), new(buffer), cancellation.Token);
        while (_server.Requests.All(request => request.Operation != "UploadPart"))
        {
            await Task.Delay(1);
        }

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Array.Fill(buffer, (byte)'x'); // it is another one's now
        held.SetResult();
        await _records.PutAsync(Key, Data.Bytes(1), None);

        var receipt = $"1:{buffer.Length}::{Convert.ToHexString(Md5(new byte[buffer.Length]))}";
        await FailsAsync(() => _objects.CompleteUploadAsync("layer", upload, [receipt], None));
        receipt = $"1:{buffer.Length}::{Convert.ToHexString(Md5(buffer))}";
        await FailsAsync(() => _objects.CompleteUploadAsync("layer", upload, [receipt], None));
    }

    [Fact]
    public async Task Downloads_that_nobody_reads_hold_no_thread()
    {
        await _objects.PutAsync("layer", new(Data.Bytes(4_000_000)), None);
        var streams = new List<Stream>();
        for (var number = 0; number < 80; number++)
        {
            streams.Add((await _objects.OpenReadAsync("layer", 0, null, None))!);
        }

        await _records.PutAsync(Key, Data.Bytes(1), None);
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_download_that_breaks_off_is_a_fault()
    {
        await _objects.PutAsync("layer", new(Data.Bytes(400_000)), None);
        _server.Inject(Fault.Truncate(100_000), "GetObject");
        await using var stream = (await _objects.OpenReadAsync("layer", 0, null, None))!;

        await FailsAsync(() => stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_signed_URL_is_for_clients_and_ends()
    {
        var options = OssFixture.OptionsFor(_server) with { PublicEndpoint = "https://layers.example.com" };
        var objects = new Berth.Storage.Oss.OssObjects(new(options, TimeProvider.System));
        var grant = new ReadUriOptions(TimeSpan.FromMinutes(20), "application/octet-stream", "layer.bin");
        var uri = (await objects.CreateReadUriAsync("blobs/a b", grant, None))!;

        Assert.StartsWith("https://layers.example.com/registry/one/blobs/a%21%60b?", uri.AbsoluteUri, StringComparison.Ordinal);
        Assert.Contains("x-oss-signature-version=OSS4-HMAC-SHA256", uri.Query, StringComparison.Ordinal);
        Assert.Matches("x-oss-expires=(1200|1199)&", uri.Query);
        Assert.DoesNotContain(options.AccessKeySecret, Uri.UnescapeDataString(uri.Query), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => objects.CreateReadUriAsync("a", grant with { Lifetime = TimeSpan.FromMinutes(21) }, None));
        Assert.Empty(_server.Requests);
    }

#pragma warning disable CA5351 // What OSS calls a part.
    private static byte[] Md5(byte[] bytes) => System.Security.Cryptography.MD5.HashData(bytes);
#pragma warning restore CA5351

    private static async Task<StorageException> FailsAsync(Func<Task> call) => await Assert.ThrowsAsync<StorageException>(call);
}
