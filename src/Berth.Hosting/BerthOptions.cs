using System.Net;
using Berth.Content;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>What an operator decides about every host alike. Bound once, and right from then on.</summary>
public sealed record BerthOptions
{
    /// <summary>Where data is kept.</summary>
    public required StoragePlace Place { get; init; }

    /// <summary>What concerns the registry itself, but for who may do what.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>Who may do what.</summary>
    public AuthSettings Auth { get; init; } = new();

    /// <summary>The least level that is logged.</summary>
    public LogLevel LogLevel { get; init; }

    /// <summary>Where metrics and traces are sent; <see langword="null"/> where the environment says it, or nobody.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Binds and validates.</summary>
    /// <param name="settings">What the sources say.</param>
    /// <param name="defaults">What this host does where they say nothing.</param>
    /// <param name="workingDirectory">What relative paths are relative to.</param>
    /// <exception cref="SettingsException">A value is malformed, or two contradict each other.</exception>
    public static BerthOptions Bind(Settings settings, BerthDefaults defaults, string workingDirectory)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(defaults);
        var provider = settings.Read<StorageProvider>(
            SettingNames.Provider, defaults.Provider, StorageProviders.TryFind, StorageProviders.Names);
        return new()
        {
            Place = provider.Bind(settings, defaults, workingDirectory),
            Registry = BindRegistry(settings),
            Auth = AuthSettings.Bind(settings, workingDirectory),
            LogLevel = settings.Read<LogLevel>(
                SettingNames.LogLevel, LogLevel.Information, ValueFormats.TryLogLevel, "debug, info, warn or error"),
            OtlpEndpoint = settings.Text(SettingNames.OtlpEndpoint) is null
                ? null
                : settings.Read<Uri>(
                    SettingNames.OtlpEndpoint, null!, ValueFormats.TryUrl, "an address such as http://collector:4318"),
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
            StreamedRepositories = settings.ReadList<RepositoryPattern>(
                SettingNames.StreamedRepositories, RepositoryPattern.TryParse, RepositoryPattern.Grammar),
            StreamedNetworks = Networks(SettingNames.StreamedNetworks),
            ProxyNetworks = Networks(SettingNames.ProxyNetworks),
            Collection = CollectionSettings.Bind(settings, leastGrace: TimeSpan.FromSeconds(1)),
        };

        IReadOnlyList<IPNetwork> Networks(string name) =>
            settings.ReadList<IPNetwork>(name, IPNetwork.TryParse, "a network such as 10.0.0.0/8 or 2001:db8::/32");

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
}

/// <summary>What differs between hosts where no source says anything.</summary>
/// <param name="Provider">The storage provider.</param>
/// <param name="FileSystemRoot">The filesystem provider's folder.</param>
public sealed record BerthDefaults(StorageProvider Provider, string FileSystemRoot);
