using System.Net;
using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>What Blob storage does not do on demand: throttling, losing answers, breaking off.</summary>
public sealed class BlobFaultTests
{
    private static readonly Dictionary<string, Func<BlobObjects, Task>> Calls = new()
    {
        ["stat"] = store => store.StatAsync("key", None),
        ["open"] = store => store.OpenReadAsync("key", 0, 10, None),
        ["open nothing"] = store => store.OpenReadAsync("key", 0, 0, None),
        ["put"] = store => store.PutAsync("key", Data.Bytes(10), None),
        ["part"] = store => store.UploadPartAsync("key", "blocks", new(1, 0, "a"), new(Data.Bytes(10)), None),
        ["complete"] = store => store.CompleteUploadAsync("key", "blocks", ["1:a"], None),
        ["abort"] = store => store.AbortUploadAsync("key", "blocks", None),
        ["delete"] = store => store.DeleteAsync("key", None),
        ["list"] = store => store.ListAsync("", null, 10, None),
    };

    public static TheoryData<string> CallNames => [.. Calls.Keys];

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [MemberData(nameof(CallNames))]
    public async Task A_fault_is_never_an_answer(string call)
    {
        foreach (var (status, code) in new[]
        {
            (400, "InvalidBlockList"), (401, null), (403, "AuthorizationPermissionMismatch"), (404, null),
            (404, "ResourceNotFound"), (409, "ContainerBeingDeleted"), (409, "SnapshotsPresent"), (409, "BlobBeingRehydrated"),
            (412, "LeaseIdMissing"),
        })
        {
            var service = AnsweringHandler.InTurn(() => AnsweringHandler.Error(status, code));
            var e = await Assert.ThrowsAsync<StorageException>(() => Calls[call](service.Store()));

            Assert.False(e.IsThrottled);
            Assert.Contains($"{status}", e.Message, StringComparison.Ordinal);
            Assert.Single(service.Requests);
        }
    }

    [Fact]
    public async Task Aborting_what_is_complete_is_no_fault()
    {
        foreach (var (status, code) in new[] { (412, "ConditionNotMet"), (409, "BlobAlreadyExists") })
        {
            var service = AnsweringHandler.InTurn(() => AnsweringHandler.Error(status, code));
            await Calls["abort"](service.Store());

            Assert.Single(service.Requests);
        }
    }

    [Theory]
    [InlineData("put")]
    [InlineData("part")]
    [InlineData("complete")]
    [InlineData("delete")]
    public async Task A_refusal_of_a_condition_that_was_not_sent_is_a_fault(string call)
    {
        foreach (var (status, code) in new[] { (412, "ConditionNotMet"), (409, "BlobAlreadyExists") })
        {
            var service = AnsweringHandler.InTurn(() => AnsweringHandler.Error(status, code));
            await Assert.ThrowsAsync<StorageException>(() => Calls[call](service.Store()));
        }
    }

    [Fact]
    public async Task Aborting_deletes_only_the_empty_object_that_it_made_itself()
    {
        var versions = new List<string>();
        var service = new AnsweringHandler(request =>
        {
            versions.Add($"{request.Method} {request.Headers.IfMatch}{request.Headers.IfNoneMatch}");
            var response = AnsweringHandler.Created();
            response.Headers.ETag = new("\"made\"");
            if (request.Method == HttpMethod.Delete)
                response.StatusCode = HttpStatusCode.Accepted;
            return response;
        });
        await service.Store().AbortUploadAsync("key", "blocks", None);

        Assert.Equal(["PUT *", "DELETE \"made\""], versions);
    }

    [Theory]
    [MemberData(nameof(CallNames))]
    public async Task A_service_that_asks_for_a_pause_gets_it(string call)
    {
        foreach (var status in new[] { 429, 503 })
        {
            var service = AnsweringHandler.InTurn(() => AnsweringHandler.Error(status, "ServerBusy", retryAfter: 7));
            var e = await Assert.ThrowsAsync<StorageException>(() => Calls[call](service.Store()));

            Assert.True(e.IsThrottled);
            Assert.Equal(TimeSpan.FromSeconds(7), e.RetryAfter);
            Assert.Single(service.Requests);
        }
    }

    [Theory]
    [InlineData("stat", 3)]
    [InlineData("put", 3)]
    [InlineData("abort", 1)]
    [InlineData("part", 3)]
    [InlineData("complete", 3)]
    public async Task An_answer_that_is_lost_is_asked_for_again_unless_it_would_be_another(string call, int tries)
    {
        foreach (var answer in new Func<HttpResponseMessage>[]
        {
            () => throw new HttpRequestException("reset"), () => AnsweringHandler.Error(500, "OperationTimedOut"),
        })
        {
            var service = AnsweringHandler.InTurn(answer);
            var e = await Assert.ThrowsAsync<StorageException>(() => Calls[call](service.Store()));

            Assert.False(e.IsThrottled);
            Assert.Equal(tries, service.Requests.Count);
        }
    }

    [Theory]
    [InlineData("put")]
    [InlineData("part")]
    public async Task A_busy_service_is_asked_again(string call)
    {
        var service = AnsweringHandler.InTurn(() => AnsweringHandler.Error(503, "ServerBusy"), AnsweringHandler.Created);
        await Calls[call](service.Store());

        Assert.Equal(2, service.Requests.Count);
        Assert.Equal(service.Requests[0], service.Requests[1]);
    }

    [Fact]
    public async Task A_container_that_no_write_made_yet_is_empty()
    {
        var store = AnsweringHandler.InTurn(() => AnsweringHandler.Error(404, "ContainerNotFound")).Store();

        Assert.Null(await store.StatAsync("key", None));
        Assert.Null(await store.OpenReadAsync("key", 0, null, None));
        await store.DeleteAsync("key", None);
        Assert.Empty((await store.ListAsync("", null, 10, None)).Items);
        await store.AbortUploadAsync("key", "blocks", None);
    }

    [Theory]
    [MemberData(nameof(CallNames))]
    public async Task A_missing_container_is_a_fault_where_it_is_not_ours_to_make(string call)
    {
        var service = AnsweringHandler.InTurn(() => AnsweringHandler.Error(404, "ContainerNotFound"));
        var e = await Assert.ThrowsAsync<StorageException>(() => Calls[call](service.Store(createMissing: false)));

        Assert.Equal("There is no container 'berth', and it is not to be created.", e.Message);
        Assert.Single(service.Requests);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_host_that_may_not_make_the_container_says_which(int status)
    {
        var service = AnsweringHandler.InTurn(
            () => AnsweringHandler.Error(404, "ContainerNotFound"), () => AnsweringHandler.Error(status));
        var e = await Assert.ThrowsAsync<StorageException>(() => Calls["put"](service.Store()));

        Assert.Equal("There is no container 'berth', and the host may not create it.", e.Message);
        Assert.Equal(2, service.Requests.Count);
    }

    [Theory]
    [InlineData("put")]
    [InlineData("part")]
    [InlineData("complete")]
    public async Task The_first_write_makes_the_container(string call)
    {
        var service = AnsweringHandler.InTurn(
            () => AnsweringHandler.Error(404, "ContainerNotFound"), AnsweringHandler.Created, AnsweringHandler.Created);
        await Calls[call](service.Store());

        Assert.Equal(3, service.Requests.Count);
        Assert.Equal($"PUT /{Azurite.Account}/berth?restype=container", service.Requests[1]);
        Assert.Equal(service.Requests[0], service.Requests[2]);
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_with_the_same_version_or_fails()
    {
        var ranges = new List<string>();
        var service = new AnsweringHandler(request =>
        {
            var range = request.Headers.TryGetValues("x-ms-range", out var values) ? values.Single() : "";
            ranges.Add($"{range} {request.Headers.IfMatch}");
            return Half(ranges.Count == 1 ? 0 : 50, "\"1\"");
        });
        await using (var stream = await service.Store().OpenReadAsync("key", 0, 100, None))
        {
            var bytes = new byte[100];
            await stream!.ReadExactlyAsync(bytes);
            Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), bytes);
        }

        Assert.Equal(["bytes=0-99 ", "bytes=50-99 \"1\""], ranges);

        var changed = AnsweringHandler.InTurn(
            () => Half(0, "\"1\""), () => AnsweringHandler.Error(412, "ConditionNotMet"));
        await using var broken = await changed.Store().OpenReadAsync("key", 0, 100, None);
        await Assert.ThrowsAsync<StorageException>(async () => await broken!.ReadExactlyAsync(new byte[100]));
    }

    [Fact]
    public async Task A_download_that_never_gets_on_fails()
    {
        var service = AnsweringHandler.InTurn(() => Half(0, "\"1\""), () => throw new HttpRequestException("reset"));
        await using var stream = await service.Store().OpenReadAsync("key", 0, 100, None);

        await Assert.ThrowsAnyAsync<IOException>(async () => await stream!.ReadExactlyAsync(new byte[100]));
    }

    [Fact]
    public async Task Nothing_is_asked_before_the_first_call()
    {
        var service = AnsweringHandler.InTurn(AnsweringHandler.Created);
        var store = service.Store();
        await store.BeginUploadAsync("key", None);
        await store.FlushUploadAsync("key", "blocks", ["1:a"], None);

        Assert.Empty(service.Requests);
    }

    /// <summary>Bytes 0 to 49, or 50 to 99, of 100; the first half breaks off there.</summary>
    private static HttpResponseMessage Half(int from, string version)
    {
        Stream half = new MemoryStream([.. Enumerable.Range(from, 50).Select(i => (byte)i)]);
        var content = new StreamContent(from == 0 ? new BrokenStream(half) : half);
        content.Headers.ContentLength = 100 - from;
        content.Headers.ContentRange = new(from, 99, 100);
        content.Headers.LastModified = DateTimeOffset.UnixEpoch;
        return new(HttpStatusCode.PartialContent) { Headers = { { "ETag", version } }, Content = content };
    }

    private sealed class BrokenStream(Stream stream) : ForwardStream
    {
        public override int Read(Span<byte> buffer) =>
            stream.Read(buffer) is > 0 and var read ? read : throw new IOException("The connection is gone.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span));
    }
}
