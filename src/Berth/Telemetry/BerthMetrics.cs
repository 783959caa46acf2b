using System.Diagnostics.Metrics;
using Berth.Collection;
using Berth.Storage;

namespace Berth.Telemetry;

/// <summary>
/// What the registry counts, on the meter <c>Berth</c>: named as OpenTelemetry names such things where it does. No label has a
/// value that a client can make up, such as a repository's name.
/// </summary>
internal static class BerthMetrics
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "Berth";

    private static readonly Meter Meter = new(Name);

    private static readonly InstrumentAdvice<double> Requests = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    private static readonly InstrumentAdvice<double> Calls = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private static readonly Histogram<double> RequestDuration = Meter.CreateHistogram(
        "http.server.request.duration", "s", "Duration of requests, by route and status.", tags: null, Requests);

    private static readonly UpDownCounter<long> ActiveRequests = Meter.CreateUpDownCounter<long>(
        "http.server.active_requests", "{request}", "Requests that are being answered.");

    private static readonly Counter<long> ContentReceived = Meter.CreateCounter<long>(
        "berth.content.received", "By", "Bytes of blobs and manifests that clients sent.");

    private static readonly Counter<long> ContentSent = Meter.CreateCounter<long>(
        "berth.content.sent", "By", "Bytes of blobs and manifests that were sent to clients; redirects are not among them.");

    private static readonly Counter<long> SignInFailures = Meter.CreateCounter<long>(
        "berth.sign_in.failures", "{request}", "Requests with credentials that were not accepted.");

    private static readonly Histogram<double> CallDuration = Meter.CreateHistogram(
        "berth.storage.call.duration", "s", "Duration of calls to the store, by operation and kind of failure.", tags: null, Calls);

    private static readonly UpDownCounter<long> ActiveUploads = Meter.CreateUpDownCounter<long>(
        "berth.uploads.active", "{upload}", "Requests that are receiving bytes of a blob.");

    private static readonly Counter<long> Collected = Meter.CreateCounter<long>(
        "berth.collection.removed", "{item}", "What garbage collections removed, by kind.");

    private static readonly Counter<long> Freed = Meter.CreateCounter<long>(
        "berth.collection.freed", "By", "Bytes of the blobs that garbage collections deleted.");

    private static readonly Histogram<double> CollectionDuration = Meter.CreateHistogram(
        "berth.collection.duration", "s", "Duration of slices of garbage collection, by outcome.", tags: null, Requests);

    public static void RequestBegins() => ActiveRequests.Add(1);

    /// <summary>A request is answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status of its answer.</param>
    /// <param name="elapsed">How long it took.</param>
    public static void RequestEnds(RegistryRequest request, int status, TimeSpan elapsed)
    {
        ActiveRequests.Add(-1);
        if (RequestDuration.Enabled)
        {
            RequestDuration.Record(
                elapsed.TotalSeconds, new("http.request.method", MethodOf(request)),
                new("http.route", request.Route?.Pattern ?? "none"), new("http.response.status_code", status));
        }
        if (request.Bytes > 0)
        {
            (MethodOf(request) == "GET" ? ContentSent : ContentReceived).Add(request.Bytes);
        }
        if (status == 401 && request.Http.Headers.Authorization.Count > 0)
        {
            SignInFailures.Add(1);
        }
    }

    /// <summary>A call to the store has ended.</summary>
    /// <param name="operation">Which: <c>objects.open</c>.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="failure">What it failed with; <see langword="null"/> when it did not.</param>
    public static void CallEnds(string operation, TimeSpan elapsed, Exception? failure)
    {
        if (!CallDuration.Enabled)
        {
            return;
        }
        if (failure is null)
        {
            CallDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("berth.storage.operation", operation));
            return;
        }
        CallDuration.Record(
            elapsed.TotalSeconds, new("berth.storage.operation", operation), new("error.type", KindOf(failure)));
    }

    public static void UploadBegins() => ActiveUploads.Add(1);

    public static void UploadEnds() => ActiveUploads.Add(-1);

    /// <summary>A slice of garbage collection has ended.</summary>
    public static void CollectionEnds(CollectionReport report, TimeSpan elapsed)
    {
        Add("blob", report.BlobsDeleted);
        Add("link", report.LinksDeleted);
        Add("manifest", report.ManifestsDeleted);
        Add("upload", report.UploadsExpired);
        Add("orphan", report.OrphansDeleted + report.PartsAborted);
        Freed.Add(report.BytesFreed);
        CollectionDuration.Record(
            elapsed.TotalSeconds, new KeyValuePair<string, object?>("berth.collection.complete", report.IsComplete));

        static void Add(string kind, long count)
        {
            if (count > 0)
            {
                Collected.Add(count, new KeyValuePair<string, object?>("berth.collection.kind", kind));
            }
        }
    }

    /// <summary>What an operator has to know of a failure, in one word.</summary>
    public static string KindOf(Exception failure) => failure switch
    {
        StorageException { IsThrottled: true } => "throttled",
        StorageException { IsDamage: true } or InvalidDataException => "damaged",
        StorageException => "unavailable",
        OperationCanceledException => "canceled",
        UnauthorizedAccessException => "denied",
        IOException => "io",
        _ => "other",
    };

    private static string MethodOf(RegistryRequest request) => request.Http.Method switch
    {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    };
}
