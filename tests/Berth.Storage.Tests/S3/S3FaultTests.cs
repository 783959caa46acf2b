using System.Net;
using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;
using S3Objects = Berth.Storage.S3.S3Objects;

namespace Berth.Storage.Tests.S3;

/// <summary>What goes wrong on the way to objects, and what becomes of it.</summary>
public sealed class S3FaultTests : IAsyncLifetime
{
    private static readonly byte[] Content = Data.Bytes(3000);

    private S3Server _server = null!;
    private S3Objects _objects = null!;

    private static CancellationToken None => CancellationToken.None;

    public static TheoryData<string> Calls =>
        ["stat", "read", "put", "begin", "part", "complete", "abort", "delete", "list"];

    public async Task InitializeAsync()
    {
        _server = await S3Server.StartAsync();
        _objects = Over();
        await _objects.PutAsync("there", new(Content), None);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_busy_store_is_asked_three_times_and_then_is_throttled(string call)
    {
        var (upload, receipt) = await BeginAsync();
        _server.ForgetRequests();
        _server.Inject(Fault.Error(503, "SlowDown"), times: 3);

        var fault = await Assert.ThrowsAsync<StorageException>(() => MakeAsync(call, upload, receipt));

        Assert.True(fault.IsThrottled);
        Assert.Equal(3, _server.Requests.Count);
        await MakeAsync(call, upload, receipt);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_fault_that_passes_is_not_seen(string call)
    {
        var (upload, receipt) = await BeginAsync();
        _server.Inject(Fault.Error(500, "InternalError"));
        _server.Inject(Fault.Drop());

        await MakeAsync(call, upload, receipt);

        Assert.Equal(0, _server.FaultsLeft);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_lost_answer_is_not_seen(string call)
    {
        var (upload, receipt) = await BeginAsync();
        _server.Inject(Fault.DropAfterDone());

        await MakeAsync(call, upload, receipt);

        Assert.Equal(0, _server.FaultsLeft);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_denial_is_a_fault_at_once(string call)
    {
        var (upload, receipt) = await BeginAsync();
        _server.ForgetRequests();
        _server.Inject(Fault.Error(403, "AccessDenied"));

        var fault = await Assert.ThrowsAsync<StorageException>(() => MakeAsync(call, upload, receipt));

        Assert.False(fault.IsThrottled);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_missing_bucket_is_no_absence(string call)
    {
        var objects = Over(options => options with { Bucket = "no-such-bucket" });

        var fault = await Assert.ThrowsAsync<StorageException>(() => MakeAsync(call, "upload", "1:abc", objects));

        Assert.Contains("NoSuchBucket", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>What a proxy answers that has lost its way to the service.</summary>
    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_404_that_is_not_the_service_s_is_no_absence(string call)
    {
        using var nowhere = new Nowhere();
        var objects = new S3Objects(new(S3Fixture.OptionsFor(_server), TimeProvider.System, transport: nowhere));

        await Assert.ThrowsAsync<StorageException>(() => MakeAsync(call, "upload", "1:abc", objects));
    }

    [Fact]
    public async Task A_store_that_asks_for_a_long_wait_is_not_asked_again()
    {
        _server.ForgetRequests();
        _server.Inject(Fault.Error(503, "SlowDown", retryAfter: 7));

        var fault = await Assert.ThrowsAsync<StorageException>(() => _objects.StatAsync("there", None));

        Assert.Equal((true, TimeSpan.FromSeconds(7)), (fault.IsThrottled, fault.RetryAfter));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_completion_that_fails_behind_its_200_is_made_again()
    {
        var (upload, receipt) = await BeginAsync();
        _server.Inject(Fault.ErrorInBody("InternalError"), "CompleteMultipartUpload");

        await _objects.CompleteUploadAsync("new", upload, [receipt], None);

        Assert.Equal(Content, await _objects.ReadToEndAsync("new"));
        Assert.Equal(2, _server.Requests.Count(request => request.Operation == "CompleteMultipartUpload"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_completion_whose_answer_was_lost_has_completed(bool repeats)
    {
        _server.Options.RepeatsCompletion = repeats;
        var (upload, receipt) = await BeginAsync();
        _server.Inject(Fault.DropAfterDone(), "CompleteMultipartUpload");

        await _objects.CompleteUploadAsync("new", upload, [receipt], None);
        await _objects.CompleteUploadAsync("new", upload, [receipt], None);

        Assert.Equal(Content, await _objects.ReadToEndAsync("new"));
    }

    [Fact]
    public async Task A_part_that_another_attempt_replaced_is_told_as_such()
    {
        var (upload, receipt) = await BeginAsync();
        await _objects.UploadPartAsync("new", upload, new(1, 0, "b"), new(Data.Bytes(3000, 2)), None);

        var fault = await Assert.ThrowsAsync<StorageException>(
            () => _objects.CompleteUploadAsync("new", upload, [receipt], None));

        Assert.Contains("another attempt", fault.Message, StringComparison.Ordinal);
        Assert.Null(await _objects.StatAsync("new", None));
    }

    [Fact]
    public async Task The_same_part_of_another_attempt_disturbs_nothing()
    {
        var (upload, receipt) = await BeginAsync();
        await _objects.UploadPartAsync("new", upload, new(1, 0, "b"), new(Content), None);

        await _objects.CompleteUploadAsync("new", upload, [receipt], None);

        Assert.Equal(Content, await _objects.ReadToEndAsync("new"));
    }

    [Fact]
    public async Task Parts_of_one_size_are_what_the_store_can_be_asked_for()
    {
        _server.Options.WantsUniformParts = true;
        var objects = Over(options => options with { PartSize = S3StorageOptions.SmallestPartSize });

        Assert.Equal(S3StorageOptions.SmallestPartSize, objects.MinimumPartSize);
        Assert.Equal(4, objects.PartsTogether);
        Assert.Equal(1, Over(options => options with { PartSize = S3StorageOptions.LargestPartSize }).PartsTogether);
        Assert.Equal(5 * 1024 * 1024, _objects.MinimumPartSize);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1000, null)]
    [InlineData(1000, 1500)]
    public async Task A_download_goes_on_after_a_broken_connection(int offset, int? length)
    {
        _server.ForgetRequests();
        _server.Inject(Fault.Truncate(700), "GetObject", times: 2);

        var read = await _objects.ReadToEndAsync("there", offset, length);

        Assert.Equal(Content[offset..(offset + (length ?? 3000 - offset))], read);
        Assert.Equal(3, _server.Requests.Count);
        Assert.Equal(0, _server.FaultsLeft);
    }

    [Fact]
    public async Task A_download_that_breaks_again_and_again_fails()
    {
        _server.Inject(Fault.Truncate(10), "GetObject", times: 3);

        await Assert.ThrowsAsync<StorageException>(() => _objects.ReadToEndAsync("there"));
    }

    [Fact]
    public async Task A_download_does_not_go_on_in_another_object()
    {
        _server.Inject(Fault.Truncate(700), "GetObject");
        await using var stream = (await _objects.OpenReadAsync("there", 0, null, None))!;
        await stream.ReadExactlyAsync(new byte[700]);
        await _objects.PutAsync("there", new(Data.Bytes(3000, 5)), None);

        await Assert.ThrowsAsync<StorageException>(async () => await stream.ReadExactlyAsync(new byte[2300]));
    }

    [Fact]
    public async Task What_others_put_into_the_bucket_is_not_listed()
    {
        foreach (var name in new[] { "registry/one/list/a b", "registry/one/list/!", "registry/one/list/z", "list/b" })
        {
            using var body = new MemoryStream([1]);
            await new S3Bucket(S3Fixture.OptionsFor(_server), TimeProvider.System).Client.PutObjectAsync(
                new() { BucketName = _server.Options.Bucket, Key = name, InputStream = body, UseChunkEncoding = false });
        }

        Assert.Equal(["list/z"], (await _objects.ListAsync("list/", null, 1, None)).Items);
    }

    private S3Objects Over(Func<S3StorageOptions, S3StorageOptions>? adjust = null)
    {
        var options = S3Fixture.OptionsFor(_server);
        return new(new(adjust?.Invoke(options) ?? options, TimeProvider.System));
    }

    private async Task<(string Upload, string Receipt)> BeginAsync()
    {
        var upload = await _objects.BeginUploadAsync("new", None);
        return (upload, await PartAsync(_objects, upload));
    }

    private async Task MakeAsync(string call, string upload, string receipt, S3Objects? over = null)
    {
        var objects = over ?? _objects;
        await (call switch
        {
            "stat" => objects.StatAsync("there", None),
            "read" => objects.ReadToEndAsync("there"),
            "put" => objects.PutAsync("other", new(Content), None),
            "begin" => objects.BeginUploadAsync("other", None),
            "part" => PartAsync(objects, upload),
            "complete" => objects.CompleteUploadAsync("new", upload, [receipt], None),
            "abort" => objects.AbortUploadAsync("new", upload, None),
            "delete" => objects.DeleteAsync("there", None),
            _ => (Task)objects.ListAsync("", null, 10, None),
        });
    }

    private static Task<string> PartAsync(S3Objects objects, string upload) =>
        objects.UploadPartAsync("new", upload, new(1, 0, "a"), new(Content), None);

    private sealed class Nowhere : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.NotFound)
                {
                    RequestMessage = request,
                    Content = new StringContent("404 page not found\n"),
                });
    }
}
