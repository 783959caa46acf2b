using System.Reflection;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Berth.Hosting;

/// <summary>Sends metrics and traces to a collector of OpenTelemetry, until it is disposed of, which sends what is left.</summary>
public sealed class TelemetryExport : IDisposable
{
    private const string Source = "Berth";

    /// <summary>The standard's variables, any of which switches it on. The exporter reads all the others itself.</summary>
    private static readonly string[] Switches =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    ];

    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    private TelemetryExport(MeterProvider metrics, TracerProvider traces) => (_metrics, _traces) = (metrics, traces);

    /// <summary>Begins to send, if a setting or the environment of the process names a collector.</summary>
    /// <param name="endpoint">
    /// The collector, spoken to with OTLP over HTTP; <see langword="null"/> to do what the environment says.
    /// </param>
    /// <returns><see langword="null"/> where nobody is named.</returns>
    public static TelemetryExport? Start(Uri? endpoint)
    {
        if (endpoint is null && !Switches.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }))
            return null;
        return Create(endpoint);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    /// <summary>Apart, so that a host that sends nothing does not load what would send it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TelemetryExport Create(Uri? endpoint)
    {
        var resource = ResourceBuilder.CreateDefault();
        if (Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") is not { Length: > 0 })
        {
            resource.AddService(
                "berth", serviceVersion: typeof(RegistryHandler).Assembly
                    .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]);
        }
        return new(
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Source, "System.Runtime")
                .AddOtlpExporter(options => Apply(options, endpoint, "v1/metrics")).Build(),
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Source)
                .AddOtlpExporter(options => Apply(options, endpoint, "v1/traces")).Build());
    }

    private static void Apply(OtlpExporterOptions options, Uri? endpoint, string path)
    {
        if (endpoint is null)
            return;
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new(new Uri(endpoint.AbsoluteUri.TrimEnd('/') + '/'), path);
    }
}
