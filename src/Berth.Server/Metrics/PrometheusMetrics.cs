using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Berth.Server.Metrics;

/// <summary>
/// What Berth and the runtime count, as text for Prometheus. OpenTelemetry's own exporter for it has no stable version.
/// </summary>
internal sealed class PrometheusMetrics : IDisposable
{
    private static readonly string[] Meters = ["Berth", "System.Runtime"];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, PrometheusSeries> _series = new(StringComparer.Ordinal);

    /// <summary>Begins to count.</summary>
    public PrometheusMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Meters.Contains(instrument.Meter.Name))
                listener.EnableMeasurementEvents(instrument, _series.GetOrAdd(instrument.Name, _ => new(instrument)));
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((PrometheusSeries)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((PrometheusSeries)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((PrometheusSeries)state!).Add(value, tags));
        _listener.Start();
    }

    /// <summary>Answers a request for the metrics.</summary>
    public async Task AnswerAsync(HttpContext context, string path)
    {
        if (context.Request.Path != path || !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(Text(), context.RequestAborted);
    }

    /// <summary>All metrics as they are now.</summary>
    public string Text()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (_, series) in _series.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            series.Write(text);
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
