using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>Every setting that this host alone has, as appsettings.json spells it.</summary>
internal static class ServerSettingNames
{
    public const string Address = "Berth:Http:Address";
    public const string TlsCertificate = "Berth:Http:TlsCertificate";
    public const string TlsKey = "Berth:Http:TlsKey";
    public const string Headers = "Berth:Http:Headers:";
    public const string ShutdownTimeout = "Berth:ShutdownTimeout";
    public const string DrainDelay = "Berth:DrainDelay";
    public const string MetricsAddress = "Berth:Telemetry:MetricsAddress";
    public const string MetricsPath = "Berth:Telemetry:MetricsPath";

    /// <summary>Each setting with what the help says of it.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (Address, "where to listen: host:port, :port, http://… or https://… (http://127.0.0.1:5000)"),
        (TlsCertificate, "PEM file with the certificate and its chain"),
        (TlsKey, "PEM file with the certificate's key"),
        (Headers + "NAME", "a header added to every answer"),
        (ShutdownTimeout, "how long running requests have at the end, the delay included (30s)"),
        (DrainDelay, "how long new requests are answered at the end, when /readyz is 503 already (0s; container: 5s)"),
        (MetricsAddress, "where Prometheus finds metrics, plain HTTP: host:port or :port (nowhere)"),
        (MetricsPath, "their path (/metrics)"),
    ];

    /// <summary>Whether this host has a setting of that name. Names ignore case.</summary>
    public static bool Contains(string name) =>
        SettingNames.Contains(name)
        || All.Any(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        || (name.Length > Headers.Length && name.StartsWith(Headers, StringComparison.OrdinalIgnoreCase)
            && !name.AsSpan(Headers.Length).Contains(':'));
}
