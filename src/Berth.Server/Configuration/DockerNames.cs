using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>The Docker registry's settings: what they are called here, and what becomes of the others.</summary>
internal static class DockerNames
{
    private const string Headers = "http.headers.";
    private const string StorageSection = "storage";
    private const string Storage = StorageSection + ".";
    private const string UploadPurging = "storage.maintenance.uploadpurging.";
    private const string DryRun = UploadPurging + "dryrun";

    /// <summary>Their name, ours, and how the value changes, where it does. Storage drivers have their own.</summary>
    public static IReadOnlyList<(string Docker, string Berth, Func<string, string>? Change)> Used { get; } =
    [
        ("http.addr", ServerSettingNames.Address, null),
        ("http.tls.certificate", ServerSettingNames.TlsCertificate, null),
        ("http.tls.key", ServerSettingNames.TlsKey, null),
        ("http.draintimeout", ServerSettingNames.ShutdownTimeout, null),
        ("http.debug.addr", ServerSettingNames.MetricsAddress, null),
        ("http.debug.prometheus.path", ServerSettingNames.MetricsPath, null),
        ("storage.delete.enabled", SettingNames.DeleteEnabled, null),
        ("storage.redirect.disable", SettingNames.RedirectEnabled, Not),
        (UploadPurging + "enabled", CollectionSettings.Enabled, null),
        (UploadPurging + "age", CollectionSettings.UploadLifetime, null),
        (UploadPurging + "interval", CollectionSettings.Interval, null),
        ("validation.disabled", SettingNames.AllowMissingReferences, null),
        ("log.level", SettingNames.LogLevel, null),
        ("loglevel", SettingNames.LogLevel, null),
    ];

    /// <summary>Accepted without a word: leaving these out changes nothing that anyone could notice.</summary>
    public static IReadOnlyList<(string Docker, string Why)> NotNeeded { get; } =
    [
        ("version", "the only one there is"),
        ("http.secret", "upload sessions are records, nothing is signed"),
        ("http.debug.prometheus.enabled", "metrics are at the address for debugging whenever there is one"),
        ("http.host", "every Location is relative"),
        ("http.relativeurls", "every Location is relative"),
        ("storage.tag.concurrencylimit", "a tag is looked up in one call"),
        (DryRun, "true turns collection off: berth gc --dry-run tells what it would do"),
    ];

    /// <summary>Warned about like every other name, and with what the registry does instead.</summary>
    public static IReadOnlyList<(string Docker, string Instead)> Missed { get; } =
    [
        ("http.tls.clientcas", "clients are not asked for a certificate"),
        ("http.tls.clientauth", "clients are not asked for a certificate"),
        ("http.tls.letsencrypt", "no certificate is fetched"),
        ("http.prefix", "the API stays at /v2/"),
        ("middleware.storage", "downloads are redirected to the store itself"),
        ("proxy", "nothing is fetched from another registry"),
        ("storage.maintenance.readonly", "the registry accepts pushes"),
    ];

    private static readonly string[] StorageSections = ["cache", "delete", "maintenance", "redirect", "tag"];

    /// <summary>Says in Berth's words what sources say in the Docker registry's.</summary>
    /// <param name="weakestFirst">The names and values of each source, in order.</param>
    /// <param name="warnings">Takes a line for each name that Berth does not have.</param>
    /// <exception cref="SettingsException">A source names two providers, or what one says cannot be kept.</exception>
    public static IEnumerable<Setting> Translate(
        IEnumerable<IEnumerable<DockerSetting>> weakestFirst, ICollection<string> warnings)
    {
        var providers = new List<Setting>();
        var merged = new Dictionary<string, DockerSetting>(StringComparer.OrdinalIgnoreCase);
        foreach (var source in weakestFirst.Select(source => source.ToArray()))
        {
            if (ProviderIn(source) is { } provider)
                providers.Add(provider);
            foreach (var item in source)
                merged[item.Name] = item;
        }

        if (merged.Count == 0)
            return [];

        var chosen = providers.LastOrDefault()?.Values[0];
        var settings = new List<Setting>(providers);
        var valued = merged.Values.Where(item => item.Values.Count > 0).ToLookup(DockerAuth.Includes);
        foreach (var item in valued[false].Where(item => !IsOfDriver(item)))
            settings.AddRange(Translate(item, warnings));
        // Last: whoever wants a dry run wants nothing deleted, whatever else is said.
        settings.AddRange(valued[false].Where(IsDryRun).Select(
            item => new Setting(CollectionSettings.Enabled, ["false"], item.Origin)));
        settings.AddRange(DockerAuth.Translate([.. valued[true]], warnings));
        // Another driver's parameters go with it: REGISTRY_STORAGE beside a config.yml has always meant that.
        foreach (var driver in DockerDrivers.All.Where(driver => driver.Provider == chosen))
            settings.AddRange(driver.Translate(ParametersOf(driver, merged.Values), warnings));
        return settings;
    }

    private static IEnumerable<Setting> Translate(DockerSetting item, ICollection<string> warnings)
    {
        if (item.Name.StartsWith(Headers, StringComparison.OrdinalIgnoreCase))
            return [new(ServerSettingNames.Headers + item.Name[Headers.Length..], item.Values, item.Origin)];
        foreach (var (docker, berth, change) in Used.Where(entry => Same(entry.Docker, item.Name)))
            return [new(berth, [.. item.Values.Select(value => change is null ? value : change(value))], item.Origin)];
        if (!NotNeeded.Any(entry => Same(entry.Docker, item.Name)))
            warnings.Add(Warning(item));
        return [];
    }

    private static string Warning(DockerSetting item)
    {
        var instead = Missed.FirstOrDefault(entry => Same(entry.Docker, item.Name)
            || item.Name.StartsWith(entry.Docker + ".", StringComparison.OrdinalIgnoreCase)).Instead;
        return item.Unused(instead);
    }

    /// <summary>The provider that a source names, outright or as a driver's section; empty text sets it back.</summary>
    private static Setting? ProviderIn(IEnumerable<DockerSetting> source)
    {
        Setting? known = null;
        foreach (var item in source.Where(IsOfDriver))
        {
            string[] names = DriverOf(item.Name) is { } driver ? [driver] : [.. item.Values];
            if (names is not [{ Length: > 0 }, ..])
                continue;
            var provider = new Setting(
                SettingNames.Provider, [.. names.Select(DockerDrivers.ProviderOf)], item.Origin);
            if (known is not null && known.Values[0] != provider.Values[0])
                throw new SettingsException($"{item.Origin}: {known.Origin} names another storage provider; keep one");
            known ??= provider;
        }

        return known ?? source
            .Where(item => Same(item.Name, StorageSection) && item.Values.Count > 0)
            .Select(item => new Setting(SettingNames.Provider, item.Values, item.Origin))
            .FirstOrDefault();
    }

    private static bool IsDryRun(DockerSetting item) =>
        Same(item.Name, DryRun) && !item.Values.All(value => ValueFormats.TryBoolean(value, out var isOn) && !isOn);

    private static bool IsOfDriver(DockerSetting item) =>
        Same(item.Name, StorageSection) || DriverOf(item.Name) is not null;

    /// <summary>The driver in a name such as <c>storage.s3.bucket</c>.</summary>
    private static string? DriverOf(string name)
    {
        if (!name.StartsWith(Storage, StringComparison.OrdinalIgnoreCase))
            return null;
        var section = name[Storage.Length..].Split('.')[0];
        return StorageSections.Contains(section, StringComparer.OrdinalIgnoreCase) ? null : section;
    }

    private static DockerParameters ParametersOf(DockerDriver driver, IEnumerable<DockerSetting> settings) =>
        new(settings
            .Where(item => DriverOf(item.Name) is { } name && DockerDrivers.ProviderOf(name) == driver.Provider)
            .Where(item => item.Values.Count > 0)
            .Select(item => item with { Name = string.Join('.', item.Name.Split('.').Skip(2)) }));

    private static string Not(string value) =>
        ValueFormats.TryBoolean(value, out var isTrue) ? isTrue ? "false" : "true" : value;

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}

/// <summary>One of the Docker registry's settings as one source gives it.</summary>
/// <param name="Name">Its name in config.yml, joined by dots.</param>
/// <param name="Values">Its value; a list has several, a section or a null none.</param>
/// <param name="Origin">How the user spelled it and where, for messages.</param>
internal sealed record DockerSetting(string Name, IReadOnlyList<string> Values, string Origin)
{
    /// <summary>The line that warns of it.</summary>
    /// <param name="instead">What the registry does instead, where that can be said.</param>
    public string Unused(string? instead) => $"{Origin} is not used by Berth{(instead is null ? "" : ": " + instead)}";
}
