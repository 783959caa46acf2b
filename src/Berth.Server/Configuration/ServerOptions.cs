using System.Text;
using Berth.Hosting;
using Microsoft.Extensions.Primitives;

namespace Berth.Server.Configuration;

/// <summary>What an operator decides about this host. Bound once, and right from then on.</summary>
internal sealed record ServerOptions
{
    /// <summary>Where to listen.</summary>
    public required ListenAddress Address { get; init; }

    /// <summary>What to listen with over TLS; <see langword="null"/> for plain HTTP.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Headers added to every answer that does not have them already.</summary>
    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; init; } = [];

    /// <summary>What every host is told.</summary>
    public required BerthOptions Berth { get; init; }

    /// <summary>How long running requests have at the end, <see cref="DrainDelay"/> included.</summary>
    public TimeSpan ShutdownTimeout { get; init; }

    /// <summary>How long new requests are answered at the end, when orchestrators are told already that none should come.</summary>
    public TimeSpan DrainDelay { get; init; }

    /// <summary>Where Prometheus finds metrics; <see langword="null"/> for nowhere.</summary>
    public ListenAddress? MetricsAddress { get; init; }

    /// <summary>The path of the metrics.</summary>
    public string MetricsPath { get; init; } = "/metrics";

    /// <summary>Binds and validates.</summary>
    /// <exception cref="SettingsException">A value is malformed, or two contradict each other.</exception>
    public static ServerOptions Bind(Settings settings, ServerDefaults defaults, string workingDirectory)
    {
        var address = settings.Read<ListenAddress>(
            ServerSettingNames.Address, defaults.Address, ListenAddress.TryParse, ListenAddress.Forms);
        ServerOptions options = new()
        {
            Address = address,
            Tls = BindTls(settings, address, workingDirectory),
            Headers = [.. settings.Below(ServerSettingNames.Headers).Select(found => BindHeader(found.Name, found.Setting))],
            Berth = BerthOptions.Bind(settings, defaults.Host, workingDirectory),
            ShutdownTimeout = settings.Read<TimeSpan>(
                ServerSettingNames.ShutdownTimeout, TimeSpan.FromSeconds(30), TryShutdownTimeout, "0 to 24h, such as 30s"),
            DrainDelay = settings.Read<TimeSpan>(
                ServerSettingNames.DrainDelay, defaults.DrainDelay, TryShutdownTimeout, "0 to 24h, such as 5s"),
            MetricsAddress = settings.Text(ServerSettingNames.MetricsAddress) is null
                ? null
                : settings.Read<ListenAddress>(ServerSettingNames.MetricsAddress, null!, TryPlainAddress, ListenAddress.Forms),
            MetricsPath = settings.Read<string>(
                ServerSettingNames.MetricsPath, "/metrics", TryPath, "a path such as /metrics"),
        };
        return address.IsLoopback || !options.Berth.Auth.IsUnguarded
            ? options
            : throw settings.Refusal(ServerSettingNames.Address, $"at {address} {AuthSettings.Unguarded}");
    }

    private static bool TryShutdownTimeout(string text, out TimeSpan value) =>
        ValueFormats.TryDuration(text, out value) && value <= TimeSpan.FromDays(1);

    private static bool TryPlainAddress(string text, out ListenAddress value) =>
        ListenAddress.TryParse(text, out value) && value.Scheme != "https";

    private static bool TryPath(string text, out string value)
    {
        value = text;
        return text.StartsWith('/') && Ascii.IsValid(text) && !text.Any(letter => letter <= ' ');
    }

    private static TlsFiles? BindTls(Settings settings, ListenAddress address, string workingDirectory)
    {
        var certificate = settings.Text(ServerSettingNames.TlsCertificate);
        var key = settings.Text(ServerSettingNames.TlsKey);
        if (certificate is not null && key is not null)
        {
            return address.Scheme == "http"
                ? throw settings.Refusal(
                    ServerSettingNames.Address, $"http:// contradicts {ServerSettingNames.TlsCertificate}; write https://")
                : new(Path.GetFullPath(certificate, workingDirectory), Path.GetFullPath(key, workingDirectory));
        }

        if (certificate is not null)
            throw settings.Refusal(ServerSettingNames.TlsCertificate, $"{ServerSettingNames.TlsKey} is needed with it");
        if (key is not null)
            throw settings.Refusal(ServerSettingNames.TlsKey, $"{ServerSettingNames.TlsCertificate} is needed with it");
        return address.Scheme == "https"
            ? throw settings.Refusal(
                ServerSettingNames.Address,
                $"https:// needs {ServerSettingNames.TlsCertificate} and {ServerSettingNames.TlsKey}")
            : null;
    }

    private static KeyValuePair<string, StringValues> BindHeader(string name, Setting setting)
    {
        if (name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && !"!#$%&'*+-.^_`|~".Contains(letter)))
            throw new SettingsException($"{setting.Origin}: \"{name}\" is no header name");
        if (name.ToUpperInvariant() is "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "CONNECTION" or "UPGRADE")
            throw new SettingsException($"{setting.Origin}: this header is the server's own; leave it out");
        if (setting.Values.FirstOrDefault(value => !Ascii.IsValid(value) || value.Any(char.IsControl)) is { } bad)
            throw new SettingsException($"{setting.Origin}: \"{bad}\" is not accepted; write plain ASCII text");
        return new(name, new StringValues([.. setting.Values]));
    }
}
