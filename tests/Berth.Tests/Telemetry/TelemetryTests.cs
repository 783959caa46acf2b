using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Berth.Hosting;
using Berth.Server.Metrics;
using Berth.Storage;
using Berth.Tests.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Telemetry;

/// <summary>What the registry tells of itself. Other tests run meanwhile and count too: at least so much is what can be said.</summary>
public sealed partial class TelemetryTests(MemoryRegistry fixture) : ProtocolTests(fixture), IClassFixture<MemoryRegistry>
{
    private readonly Interception _interception = new();

    [Fact]
    public async Task Prometheus_reads_requests_calls_bytes_and_failures_and_no_name_of_a_client()
    {
        using var metrics = new PrometheusMetrics();
        await using var registry = await Fixture.StartAsync(_interception);
        var client = new Client(registry.Client);
        var digest = await client.PushBlobAsync(Repository, Client.RandomBytes(1000));
        (await client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}")).Dispose();
        (await client.SendAsync("BREW", "/v2/")).Dispose();
        (await client.SendAsync("GET", "/nowhere/at/all")).Dispose();
        _interception.Before = (_, _, _) => Task.FromException(new StorageException("down"));
        (await client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}")).Dispose();
        await registry.Log.WaitAsync(1, line => 503.Equals(line.Values.GetValueOrDefault("Status")));

        var text = metrics.Text();

        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Line(), line));
        AssertCounted(
            text, "http_server_request_duration_seconds_count", "http_request_method=\"GET\"",
            "http_route=\"/v2/{name}/blobs/{digest}\"", "http_response_status_code=\"200\"");
        AssertCounted(
            text, "http_server_request_duration_seconds_bucket", "http_response_status_code=\"503\"", "le=\"+Inf\"");
        AssertCounted(text, "http_server_request_duration_seconds_count", "http_request_method=\"_OTHER\"");
        AssertCounted(text, "http_server_request_duration_seconds_count", "http_route=\"none\"", "\"404\"");
        AssertCounted(text, "berth_storage_call_duration_seconds_count", "berth_storage_operation=\"objects.put\"");
        AssertCounted(
            text, "berth_storage_call_duration_seconds_count", "berth_storage_operation=\"records.get\"",
            "error_type=\"unavailable\"");
        AssertCounted(text, "berth_content_received_bytes_total");
        AssertCounted(text, "berth_content_sent_bytes_total");
        Assert.Contains("# TYPE berth_uploads_active gauge", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Repository, text, StringComparison.Ordinal);
        Assert.DoesNotContain("nowhere", text, StringComparison.Ordinal);
        Assert.DoesNotContain("BREW", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_a_span_below_the_clients_with_a_span_for_each_call()
    {
        var spans = new ConcurrentQueue<Activity>();
        var trace = ActivityTraceId.CreateRandom();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Berth",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Parent.TraceId == trace
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var registry = await Fixture.StartAsync(_interception);
        var parent = ActivitySpanId.CreateRandom();
        _interception.Before = (name, _, _) => Task.FromException(new StorageException("down") { IsThrottled = true });

        (await new Client(registry.Client).SendAsync(
            "GET", $"/v2/{Repository}/manifests/v1", (byte[]?)null, ("traceparent", $"00-{trace}-{parent}-01"))).Dispose();
        await registry.Log.WaitAsync(1, line => 429.Equals(line.Values.GetValueOrDefault("Status")));
        await UntilAsync(() => spans.Count >= 2);

        var request = Assert.Single(spans, span => span.Kind == ActivityKind.Server);
        Assert.Equal((parent, "GET /v2/{name}/manifests/{reference}"), (request.ParentSpanId, request.DisplayName));
        Assert.Equal(429, request.GetTagItem("http.response.status_code"));
        Assert.Equal(Repository, request.GetTagItem("berth.repository"));
        var call = Assert.Single(spans, span => span.Kind == ActivityKind.Client);
        Assert.Equal((request.SpanId, "records.get"), (call.ParentSpanId, call.OperationName));
        Assert.Equal("throttled", call.GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, call.Status);
    }

    [Fact]
    public async Task A_collector_of_OpenTelemetry_gets_metrics_and_traces_when_the_host_ends()
    {
        var received = new ConcurrentDictionary<string, string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.Run(async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received[context.Request.Path.Value!] = Encoding.Latin1.GetString(body.ToArray());
        });
        await collector.StartAsync();
        using (TelemetryExport.Start(new Uri(collector.Urls.First())))
        {
            await using var registry = await Fixture.StartAsync();
            (await registry.Client.GetAsync(new Uri($"/v2/{Repository}/tags/list", UriKind.Relative))).Dispose();
            await registry.Log.WaitAsync(Repository, "end-8", "GET");
        }

        Assert.Contains("http.server.request.duration", received["/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("dotnet.gc.collections", received["/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("GET /v2/{name}/tags/list", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("records.list_rows", received["/v1/traces"], StringComparison.Ordinal);
        Assert.All(received.Values, text => Assert.Contains("berth", text, StringComparison.Ordinal));
    }

    private static void AssertCounted(string text, string name, params string[] labels) =>
        Assert.Contains(text.Split('\n'), line =>
            line.StartsWith(name, StringComparison.Ordinal)
            && labels.All(label => line.Contains(label, StringComparison.Ordinal))
            && !line.EndsWith(" 0", StringComparison.Ordinal));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    [GeneratedRegex("""\A(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{([a-z_0-9]+="[^"\n]*",?)+\})? -?([0-9.eE+-]+|NaN))\z""")]
    private static partial Regex Line();
}
