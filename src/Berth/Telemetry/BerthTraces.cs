using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Berth.Telemetry;

/// <summary>A span for each request and for each call to the store, of the source <c>Berth</c>. Free while nobody listens.</summary>
internal static class BerthTraces
{
    private static readonly ActivitySource Source = new(BerthMetrics.Name);

    /// <summary>Begins the span of a request, below the one that the client names in <c>traceparent</c>.</summary>
    public static Activity? BeginRequest(HttpContext context)
    {
        if (!Source.HasListeners())
        {
            return null;
        }
        // The server's own activity may be nobody's: a span must not name a parent that was never sent anywhere.
        Activity.Current = null;
        var headers = context.Request.Headers;
        ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var parent);
        return Source.StartActivity("request", ActivityKind.Server, parent);
    }

    /// <summary>Ends the span of a request.</summary>
    public static void EndRequest(Activity? span, RegistryRequest request, int status, int calls)
    {
        if (span is null)
        {
            return;
        }
        span.DisplayName = request.Route is not { } route ? request.Http.Method : $"{request.Http.Method} {route.Pattern}";
        span.SetTag("http.request.method", request.Http.Method);
        span.SetTag("http.route", request.Route?.Pattern);
        span.SetTag("http.response.status_code", status);
        span.SetTag("berth.route", request.Route?.Id);
        span.SetTag("berth.repository", request.Repository.ToString() is { Length: > 0 } name ? name : null);
        span.SetTag("berth.content.bytes", request.Bytes);
        span.SetTag("berth.storage.calls", calls);
        if (status >= 500)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
        span.Dispose();
    }

    /// <summary>Begins the span of a call to the store.</summary>
    public static Activity? BeginCall(string operation) => Source.StartActivity(operation, ActivityKind.Client);

    /// <summary>Ends the span of a call.</summary>
    public static void EndCall(Activity? span, Exception? failure)
    {
        if (span is null)
        {
            return;
        }
        if (failure is not null)
        {
            span.SetTag("error.type", BerthMetrics.KindOf(failure));
            span.SetStatus(ActivityStatusCode.Error);
        }
        span.Dispose();
    }
}
