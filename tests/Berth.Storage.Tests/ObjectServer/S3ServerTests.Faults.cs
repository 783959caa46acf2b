using Amazon.S3;
using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>Faults that a test orders, and what the server remembers.</summary>
public sealed partial class S3ServerTests
{
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
}
