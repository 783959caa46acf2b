using System.Text.Json.Nodes;
using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Protocol;

/// <summary>Every storage call of every request fails once: never 2xx, never 404, never an exception in the body.</summary>
public abstract class FaultTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const string Secret = "the secret of the store";

    private readonly Interception _interception = new();

    public static TheoryData<string> Requests =>
    [
        "pull manifest by tag", "pull manifest by digest", "pull large manifest", "HEAD manifest", "pull blob", "HEAD blob",
        "start", "single POST", "mount", "mount from anywhere", "PATCH inline", "PATCH tail", "PATCH parts", "PATCH more",
        "PUT empty", "PUT inline", "PUT tail", "PUT parts", "PUT with body", "PUT another algorithm", "status", "cancel inline",
        "cancel tail", "cancel parts", "push manifest", "push large manifest", "push index", "push referrer", "tags",
        "catalog", "referrers", "large referrers", "delete tag", "delete manifest", "delete blob",
    ];

    [SkippableTheory]
    [MemberData(nameof(Requests))]
    public async Task A_call_that_fails_is_told_as_503_and_nothing_half_done_stays_in_the_way(string name)
    {
        await using var registry = await Fixture.StartAsync(_interception);
        foreach (var written in new[] { false, true })
        {
            var failed = await FailEachCallAsync(registry, name, written, new StorageException(Secret), async (request, response) =>
            {
                Assert.Equal("1", Header(response, "Retry-After"));
                await AssertHiddenAsync(registry, request, response, 503, "UNAVAILABLE");
            });
            Assert.InRange(failed, 1, 20);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Requests))]
    public async Task A_call_that_the_store_throttles_is_told_as_429(string name)
    {
        await using var registry = await Fixture.StartAsync(_interception);
        var busy = new StorageException(Secret) { IsThrottled = true, RetryAfter = TimeSpan.FromSeconds(6.2) };
        await FailEachCallAsync(registry, name, written: false, busy, async (request, response) =>
        {
            Assert.Equal("7", Header(response, "Retry-After"));
            Assert.Equal(429, (int)response.StatusCode);
            if (request.Method != "HEAD")
            {
                await AssertErrorAsync(response, 429, "TOOMANYREQUESTS");
            }
        });
    }

    [SkippableTheory]
    [InlineData("pull blob")]
    [InlineData("HEAD manifest")]
    [InlineData("PATCH parts")]
    [InlineData("PUT tail")]
    [InlineData("push manifest")]
    public async Task Any_other_exception_is_told_as_500_with_an_id_that_the_log_has_too(string name)
    {
        await using var registry = await Fixture.StartAsync(_interception);
        foreach (var exception in new Exception[]
                 {
                     new IOException(Secret), new InvalidOperationException(Secret), new InvalidDataException(Secret),
                     new OperationCanceledException(Secret), new TimeoutException(Secret), new UnauthorizedAccessException(Secret),
                 })
        {
            await FailEachCallAsync(registry, name, written: false, exception, (request, response) =>
                AssertHiddenAsync(registry, request, response, 500, "UNKNOWN"));
        }
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(999_990)]
    public async Task A_fault_in_mid_body_breaks_the_connection_and_is_never_a_whole_answer(int good)
    {
        var content = Client.RandomBytes(1_000_000);
        var digest = await Client.PushBlobAsync(Repository, content);
        await using var registry = await Fixture.StartAsync(_interception);
        foreach (var fault in new Exception?[] { new IOException(Secret), new StorageException(Secret), null })
        {
            foreach (var range in new[] { "", "bytes=0-999998", "bytes=0-9,5-999998" })
            {
                _interception.Opened = stream => new BrokenStream(stream, good - (range.Contains(',') ? 10 : 0), fault);

                var answer = await RawHttp.SendAsync(
                    registry, "GET", $"/v2/{Repository}/blobs/{digest}", range.Length == 0 ? "X: y" : "Range: " + range);

                Assert.False(answer.Status is 200 or 206 && answer.IsWhole, "a whole answer");
                Assert.DoesNotContain(Secret, answer.Text, StringComparison.Ordinal);
            }
        }
        // Each fault is told, even the stream that merely ended: the log does not say that all went well.
        var errors = await registry.Log.WaitAsync(9, line => line.Level == LogLevel.Error);
        Assert.Equal(9, errors.Count(line => line.Exception is not null));
        var lines = await registry.Log.WaitAsync(9, line => Repository.Equals(line.Values.GetValueOrDefault("Repository")));
        Assert.All(lines, line => Assert.InRange((long)line.Values["Bytes"]!, 0, 999_999));
    }

    [SkippableFact]
    public async Task An_object_that_is_gone_is_not_a_missing_blob()
    {
        var gone = Client.RandomBytes(1000);
        await Client.PushBlobAsync(Repository, gone);
        var blob = await FindBlobAsync(Repository, Client.Digest(gone));
        await Fixture.Objects.DeleteAsync(blob!.Object, default);

        await AssertErrorAsync(
            await Client.SendAsync("GET", $"/v2/{Repository}/blobs/{Client.Digest(gone)}"), 500, "UNKNOWN");
    }

    /// <summary>Sends a request again and again, its first storage call failing, then its second, until none is left.</summary>
    /// <param name="registry">Whose calls fail.</param>
    /// <param name="name">The request.</param>
    /// <param name="written">Whether the call that fails has done its work.</param>
    /// <param name="fault">With what it fails.</param>
    /// <param name="check">What the answer must be.</param>
    /// <returns>How many calls there were.</returns>
    private async Task<int> FailEachCallAsync(
        TestRegistry registry, string name, bool written, Exception fault, Func<FaultRequest, HttpResponseMessage, Task> check)
    {
        var faulty = new Client(registry.Client);
        for (var number = 1; ; number++)
        {
            var repository = Client.NewRepository();
            var request = await new FaultRequests(Client, repository).PrepareAsync(name);
            var failed = 0;
            Task FailAsync(string operation, string key, int call)
            {
                if (call != number)
                {
                    return Task.CompletedTask;
                }
                failed++;
                return Task.FromException(fault);
            }
            _interception.Restart();
            if (written)
            {
                _interception.After = FailAsync;
            }
            else
            {
                _interception.Before = FailAsync;
            }
            using var response = await faulty.SendAsync(request.Method, request.Path, request.Body, request.Headers);
            _interception.Before = _interception.After = (_, _, _) => Task.CompletedTask;
            if (failed == 0)
            {
                Assert.Equal(request.Status, (int)response.StatusCode);
                return number - 1;
            }
            await check(request, response);
            await request.RecoverAsync();
        }
    }

    private static async Task AssertHiddenAsync(
        TestRegistry registry, FaultRequest request, HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Null(Header(response, "Docker-Content-Digest"));
        Assert.Null(Header(response, "ETag"));
        if (request.Method == "HEAD")
        {
            return;
        }
        Assert.Equal(code, (string?)JsonNode.Parse(text)!["errors"]![0]!["code"]);
        var id = (string?)JsonNode.Parse(text)!["errors"]![0]!["detail"]!["requestId"];
        var lines = await registry.Log.WaitAsync(2, line => id!.Equals(line.Values.GetValueOrDefault("RequestId")));
        Assert.Contains(Secret, lines.Single(line => line.Level == LogLevel.Error).Exception!.Message, StringComparison.Ordinal);
        Assert.Equal(status, lines.Single(line => line.Level == LogLevel.Information).Values["Status"]);
    }

    /// <summary>A stream that ends or fails before its end.</summary>
    private sealed class BrokenStream(Stream stream, int good, Exception? fault) : ForwardStream
    {
        private long _left = good;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left <= 0)
            {
                return fault is null ? 0 : throw fault;
            }
            var count = await stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= count;
            return count;
        }

        public override int Read(Span<byte> buffer) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}

public sealed class FaultOverMemory(MemoryRegistry registry) : FaultTests(registry), IClassFixture<MemoryRegistry>;

public sealed class FaultOverFolder(FolderRegistry registry) : FaultTests(registry), IClassFixture<FolderRegistry>;

public sealed class FaultOverAzure(AzureRegistry registry) : FaultTests(registry), IClassFixture<AzureRegistry>;

public sealed class FaultOverS3(S3Registry registry) : FaultTests(registry), IClassFixture<S3Registry>;

public sealed class FaultOverOss(OssRegistry registry) : FaultTests(registry), IClassFixture<OssRegistry>;
