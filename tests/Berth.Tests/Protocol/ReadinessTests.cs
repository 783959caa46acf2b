using System.Text.Json.Nodes;
using Berth.Endpoints;
using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Protocol;

/// <summary>What /readyz says, how often it asks, and what becomes of requests while an instance ends.</summary>
public sealed class ReadinessTests(MemoryRegistry fixture) : ProtocolTests(fixture), IClassFixture<MemoryRegistry>
{
    private readonly Interception _interception = new();

    [Theory]
    [InlineData("Records", "records")]
    [InlineData("Objects", "objects")]
    public async Task A_store_that_fails_is_named_with_how_and_since_when_and_nothing_secret(string calls, string store)
    {
        const string Secret = "AccountKey=c2VjcmV0";
        _interception.Before = (name, _, _) => name.StartsWith(calls, StringComparison.Ordinal)
            ? Task.FromException(new StorageException(Secret))
            : Task.CompletedTask;
        await using var registry = await Fixture.StartAsync(_interception);

        using var response = await registry.Client.GetAsync(new Uri("/readyz", UriKind.Relative));

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal("1", Header(response, "Retry-After"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("Key", text, StringComparison.Ordinal);
        var json = JsonNode.Parse(text)!;
        Assert.Equal("unavailable", (string?)json["status"]);
        Assert.Null(json["draining"]);
        var failing = Assert.Single(json["stores"]!.AsArray())!;
        Assert.Equal((store, "unavailable"), ((string?)failing["store"], (string?)failing["problem"]));
        Assert.True(DateTimeOffset.TryParse((string?)failing["since"], null, out _));
        var line = Assert.Single(await registry.Log.WaitAsync(1, line => line.Level == LogLevel.Error));
        Assert.Equal(Secret, line.Exception!.Message); // the log may know
        (await AssertStatusAsync(200, registry.Client.GetAsync(new Uri("/healthz", UriKind.Relative)))).Dispose();
    }

    [Fact]
    public async Task Many_probes_are_one_call_a_second_and_since_is_the_first_failure()
    {
        var (asked, time, failure) = (0, new ManualTime(), (Exception?)new StorageException { IsThrottled = true });
        var health = new StoreHealth(
            [("records", _ =>
            {
                asked++;
                return failure is null ? Task.CompletedTask : Task.FromException(failure);
            })],
            time);

        for (var i = 0; i < 100; i++)
        {
            await health.CheckAsync(default);
        }
        Assert.Equal(1, asked);
        var since = (await health.CheckAsync(default))[0].Since;
        time.Pass(TimeSpan.FromSeconds(1));
        var state = (await health.CheckAsync(default))[0];
        Assert.Equal((2, "throttled", since), (asked, state.Problem, state.Since));
        Assert.Same(failure, health.TakeReason());
        Assert.Null(health.TakeReason()); // told once
        failure = null;
        Assert.NotNull((await health.CheckAsync(default))[0].Problem); // still of that second
        time.Pass(TimeSpan.FromSeconds(1));
        Assert.Null((await health.CheckAsync(default))[0].Problem);
        failure = new IOException();
        time.Pass(TimeSpan.FromSeconds(1));
        state = (await health.CheckAsync(default))[0];
        Assert.Equal("io", state.Problem);
        Assert.NotEqual(since, state.Since);
    }

    [Fact]
    public async Task A_store_that_hangs_is_a_timeout()
    {
        var time = new ManualTime();
        var health = new StoreHealth([("objects", _ => Task.Delay(Timeout.Infinite, CancellationToken.None))], time);

        var check = health.CheckAsync(default);
        Assert.False(check.IsCompleted);
        time.Pass(TimeSpan.FromSeconds(5));

        Assert.Equal("timeout", (await check)[0].Problem);
    }

    [Fact]
    public async Task An_instance_that_drains_says_so_answers_and_ends_its_connections()
    {
        await using var registry = await Fixture.StartAsync();
        registry.Handler.Drain();

        using var ready = await registry.Client.GetAsync(new Uri("/readyz", UriKind.Relative));

        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Equal("""{"status":"unavailable","draining":true}""", await ready.Content.ReadAsStringAsync());
        var answer = await RawHttp.SendAsync(registry, "GET", "/v2/");
        Assert.Equal(200, answer.Status);
        Assert.Equal("close", answer.Header("Connection"));
    }

    [Theory]
    [InlineData("PATCH", "")]
    [InlineData("PUT", "?digest=")]
    public async Task An_upload_that_is_ended_saves_what_came_and_goes_on_elsewhere(string method, string query)
    {
        var content = Client.RandomBytes(1_000_000);
        var digest = Client.Digest(content);
        await using var other = await Fixture.StartAsync();
        await using var ending = await Fixture.StartAsync();
        var location = await new Client(ending.Client).StartUploadAsync(Repository);
        await using var http = await RawHttp.ConnectAsync(ending);
        await http.SendHeadAsync(
            method, location + (query.Length == 0 ? "" : query + digest), $"Content-Length: {content.Length}",
            "Content-Type: application/octet-stream");
        await http.SendAsync(content.AsMemory(0, 600_000));
        await ending.WaitForBytesAsync(600_000);

        ending.Handler.EndUploads();

        AssertError(await http.ReadAsync(), 503, "UNAVAILABLE");
        var client = new Client(other.Client);
        using var status = await AssertStatusAsync(204, client.SendAsync("GET", location));
        Assert.Equal("0-599999", Header(status, "Range"));
        (await AssertStatusAsync(202, client.SendAsync(
            "PATCH", location, content[600_000..], ("Content-Range", "600000-999999")))).Dispose();
        (await AssertStatusAsync(201, client.SendAsync("PUT", $"{location}?digest={digest}"))).Dispose();
        await AssertBlobAsync(Repository, digest, content);
    }

    /// <summary>A clock that a test moves, with its timers.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<(long Due, Action Fire)> _timers = [];
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add((_now + dueTime.Ticks, () => callback(state)));
            return new Timer();
        }

        public void Pass(TimeSpan by)
        {
            _now += by.Ticks;
            var due = _timers.Where(timer => timer.Due <= _now).ToList();
            _timers.RemoveAll(due.Contains);
            due.ForEach(timer => timer.Fire());
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
