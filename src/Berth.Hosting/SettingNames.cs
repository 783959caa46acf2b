namespace Berth.Hosting;

/// <summary>Every setting that all hosts have, as appsettings.json spells it.</summary>
public static class SettingNames
{
    /// <summary>Which storage provider keeps the data.</summary>
    public const string Provider = "Berth:Storage:Provider";

    /// <summary>Whether anything may be deleted.</summary>
    public const string DeleteEnabled = "Berth:DeleteEnabled";

    /// <summary>Whether a manifest may name what was not pushed.</summary>
    public const string AllowMissingReferences = "Berth:AllowMissingReferences";

    /// <summary>The largest manifest accepted.</summary>
    public const string MaximumManifestSize = "Berth:MaximumManifestSize";

    /// <summary>Memory for all uploads together.</summary>
    public const string UploadBufferSize = "Berth:UploadBufferSize";

    /// <summary>Whether downloads are redirected where the store can sign.</summary>
    public const string RedirectEnabled = "Berth:RedirectEnabled";

    /// <summary>How long a redirect is valid.</summary>
    public const string RedirectLifetime = "Berth:RedirectLifetime";

    /// <summary>Repositories whose downloads are never redirected.</summary>
    public const string StreamedRepositories = "Berth:StreamedRepositories";

    /// <summary>Networks whose clients are never redirected.</summary>
    public const string StreamedNetworks = "Berth:StreamedNetworks";

    /// <summary>Networks of the proxies that are believed about a client's address.</summary>
    public const string ProxyNetworks = "Berth:ProxyNetworks";

    /// <summary>Where clients reach the registry.</summary>
    public const string PublicUrl = "Berth:PublicUrl";

    /// <summary>The least level that is logged.</summary>
    public const string LogLevel = "Berth:Log:Level";

    /// <summary>Where metrics and traces are sent.</summary>
    public const string OtlpEndpoint = "Berth:Telemetry:OtlpEndpoint";

    /// <summary>Each setting with what a help says of it.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (Provider, $"where data is kept: {StorageProviders.Names} (filesystem)"),
        .. StorageProviders.All.SelectMany(provider => provider.Settings),
        (DeleteEnabled, "whether anything may be deleted (true)"),
        (AllowMissingReferences, "whether a manifest may name what was not pushed (false)"),
        (MaximumManifestSize, "the largest manifest accepted (4MiB)"),
        (UploadBufferSize, "memory for all uploads together (128MiB)"),
        (RedirectEnabled, "whether downloads are redirected where the store can sign (true)"),
        (RedirectLifetime, "how long a redirect is valid (20m)"),
        (StreamedRepositories, "repositories that are streamed all the same: library/alpine, library/* (none)"),
        (StreamedNetworks, "networks whose clients are streamed to all the same: 10.0.0.0/8 (none)"),
        (ProxyNetworks, "networks of the proxies that are believed about a client's address: 10.0.0.0/8 (none)"),
        (PublicUrl, "where clients reach the registry: https://registry.example.com (this machine)"),
        .. CollectionSettings.All,
        .. AuthSettings.All,
        (LogLevel, "debug, info, warn or error (info)"),
        (OtlpEndpoint, "a collector of OpenTelemetry that metrics and traces are sent to: http://collector:4318 (none)"),
    ];

    /// <summary>Whether there is a setting of that name. Names ignore case.</summary>
    public static bool Contains(string name) =>
        All.Any(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) || FederationSettings.IsOfRule(name);
}
