using System.Text;
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

    /// <summary>Where data is kept.</summary>
    public required StorageProvider Provider { get; init; }

    /// <summary>The filesystem provider's folder, absolute.</summary>
    public required string FileSystemRoot { get; init; }

    /// <summary>What concerns the registry itself.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>The least level that is logged.</summary>
    public LogLevel LogLevel { get; init; }

    /// <summary>How long running requests have at the end.</summary>
    public TimeSpan ShutdownTimeout { get; init; }

    /// <summary>Binds and validates.</summary>
    /// <exception cref="SettingsException">A value is malformed, or two contradict each other.</exception>
    public static ServerOptions Bind(Settings settings, ServerDefaults defaults, string workingDirectory)
    {
        var address = settings.Read<ListenAddress>(
            SettingNames.Address, defaults.Address, ListenAddress.TryParse, ListenAddress.Forms);
        return new()
        {
            Address = address,
            Tls = BindTls(settings, address, workingDirectory),
            Headers = [.. settings.Below(SettingNames.Headers).Select(found => BindHeader(found.Name, found.Setting))],
            Provider = settings.Read<StorageProvider>(
                SettingNames.Provider, StorageProviders.Default, StorageProviders.TryFind, StorageProviders.Names),
            FileSystemRoot = Path.GetFullPath(
                settings.Text(SettingNames.FileSystemRoot) ?? defaults.FileSystemRoot, workingDirectory),
            Registry = BindRegistry(settings),
            LogLevel = settings.Read<LogLevel>(
                SettingNames.LogLevel, LogLevel.Information, ValueFormats.TryLogLevel, "debug, info, warn or error"),
            ShutdownTimeout = settings.Read<TimeSpan>(
                SettingNames.ShutdownTimeout, TimeSpan.FromSeconds(60), TryShutdownTimeout, "0 to 24h, such as 60s"),
        };
    }

    private static RegistryOptions BindRegistry(Settings settings)
    {
        var defaults = new RegistryOptions();
        return new()
        {
            DeleteEnabled = Boolean(SettingNames.DeleteEnabled, defaults.DeleteEnabled),
            AllowMissingReferences = Boolean(SettingNames.AllowMissingReferences, defaults.AllowMissingReferences),
            MaximumManifestSize = (int)Size(SettingNames.MaximumManifestSize, defaults.MaximumManifestSize, 4, 1024),
            UploadBufferSize = Size(SettingNames.UploadBufferSize, defaults.UploadBufferSize, 24, 1024 * 1024),
            RedirectEnabled = Boolean(SettingNames.RedirectEnabled, defaults.RedirectEnabled),
            RedirectLifetime = settings.Read<TimeSpan>(
                SettingNames.RedirectLifetime, defaults.RedirectLifetime, TryRedirectLifetime,
                "1s to 20m, such as 90s"),
        };

        bool Boolean(string name, bool fallback) =>
            settings.Read<bool>(name, fallback, ValueFormats.TryBoolean, "true or false");

        long Size(string name, long fallback, long leastMiB, long mostMiB) => settings.Read(
            name, fallback,
            (string text, out long value) => ValueFormats.TrySize(text, out value)
                && value >= leastMiB << 20 && value <= mostMiB << 20,
            $"a number of bytes from {leastMiB}MiB to {mostMiB}MiB");
    }

    private static bool TryRedirectLifetime(string text, out TimeSpan value) =>
        ValueFormats.TryDuration(text, out value) && value >= TimeSpan.FromSeconds(1)
        && value <= TimeSpan.FromMinutes(20);

    private static bool TryShutdownTimeout(string text, out TimeSpan value) =>
        ValueFormats.TryDuration(text, out value) && value <= TimeSpan.FromDays(1);

    private static TlsFiles? BindTls(Settings settings, ListenAddress address, string workingDirectory)
    {
        var certificate = settings.Text(SettingNames.TlsCertificate);
        var key = settings.Text(SettingNames.TlsKey);
        if (certificate is not null && key is not null)
        {
            return address.Scheme == "http"
                ? throw settings.Refusal(
                    SettingNames.Address, $"http:// contradicts {SettingNames.TlsCertificate}; write https://")
                : new(Path.GetFullPath(certificate, workingDirectory), Path.GetFullPath(key, workingDirectory));
        }

        if (certificate is not null)
            throw settings.Refusal(SettingNames.TlsCertificate, $"{SettingNames.TlsKey} is needed with it");
        if (key is not null)
            throw settings.Refusal(SettingNames.TlsKey, $"{SettingNames.TlsCertificate} is needed with it");
        return address.Scheme == "https"
            ? throw settings.Refusal(
                SettingNames.Address,
                $"https:// needs {SettingNames.TlsCertificate} and {SettingNames.TlsKey}")
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
