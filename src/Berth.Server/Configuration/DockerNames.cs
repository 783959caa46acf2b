using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>The Docker registry's settings: what they are called here, and what becomes of the others.</summary>
internal static class DockerNames
{
    private const string Headers = "http.headers.";
    private const string Storage = "storage.";

    /// <summary>Their name, ours, and how the value changes on the way, where it does.</summary>
    public static IReadOnlyList<(string Docker, string Berth, Func<string, string>? Change)> Used { get; } =
    [
        ("http.addr", ServerSettingNames.Address, null),
        ("http.tls.certificate", ServerSettingNames.TlsCertificate, null),
        ("http.tls.key", ServerSettingNames.TlsKey, null),
        ("http.draintimeout", ServerSettingNames.ShutdownTimeout, null),
        ("storage", SettingNames.Provider, ProviderOf),
        ("storage.filesystem.rootdirectory", FolderPlace.RootSetting, null),
        ("storage.delete.enabled", SettingNames.DeleteEnabled, null),
        ("storage.redirect.disable", SettingNames.RedirectEnabled, Not),
        ("validation.disabled", SettingNames.AllowMissingReferences, null),
        ("log.level", SettingNames.LogLevel, null),
        ("loglevel", SettingNames.LogLevel, null),
    ];

    /// <summary>Accepted without a word: leaving these out changes nothing that anyone could notice.</summary>
    public static IReadOnlyList<(string Docker, string Why)> NotNeeded { get; } =
    [
        ("version", "the only one there is"),
        ("http.secret", "upload sessions are records, nothing is signed"),
        ("http.host", "every Location is relative"),
        ("http.relativeurls", "every Location is relative"),
        ("storage.tag.concurrencylimit", "a tag is looked up in one call"),
    ];

    /// <summary>Warned about like every other name, and with what the registry does instead.</summary>
    public static IReadOnlyList<(string Docker, string Instead)> Missed { get; } =
    [
        ("auth", "this version has no logins, and anyone who can reach it may push and pull"),
        ("http.tls.clientcas", "clients are not asked for a certificate"),
        ("http.tls.clientauth", "clients are not asked for a certificate"),
        ("http.tls.letsencrypt", "no certificate is fetched"),
        ("http.prefix", "the API stays at /v2/"),
        ("proxy", "nothing is fetched from another registry"),
        ("storage.maintenance.readonly", "the registry accepts pushes"),
    ];

    private static readonly string[] StorageSections = ["cache", "delete", "maintenance", "redirect", "tag"];

    /// <summary>Says in Berth's words what a source says in the Docker registry's.</summary>
    /// <param name="source">The names and values of one source, in order.</param>
    /// <param name="warnings">Takes a line for each name that Berth does not have.</param>
    public static IEnumerable<Setting> Translate(IEnumerable<DockerSetting> source, ICollection<string> warnings)
    {
        var settings = new List<Setting>();
        foreach (var item in source)
        {
            if (ProviderIn(item.Name) is { } provider)
                AddProvider(settings, provider, item);
            if (item.Values.Count > 0)
                settings.AddRange(Translate(item, warnings));
        }

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
        return $"{item.Origin} is not used by Berth{(instead is null ? "" : ": " + instead)}";
    }

    /// <summary>The provider that a name such as <c>storage.s3.bucket</c> implies.</summary>
    private static string? ProviderIn(string name)
    {
        if (!name.StartsWith(Storage, StringComparison.OrdinalIgnoreCase))
            return null;
        var section = name[Storage.Length..].Split('.')[0];
        return StorageSections.Contains(section, StringComparer.OrdinalIgnoreCase) ? null : ProviderOf(section);
    }

    private static void AddProvider(List<Setting> settings, string provider, DockerSetting item)
    {
        var known = settings.Find(setting => setting.Name == SettingNames.Provider);
        if (known is null)
            settings.Add(new(SettingNames.Provider, [provider], item.Origin));
        else if (!Same(known.Values[0], provider))
            throw new SettingsException($"{item.Origin}: {known.Origin} names another storage provider; keep one");
    }

    private static string ProviderOf(string docker) => Same(docker, "inmemory") ? "memory" : docker.ToLowerInvariant();

    private static string Not(string value) =>
        ValueFormats.TryBoolean(value, out var isTrue) ? isTrue ? "false" : "true" : value;

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}

/// <summary>One of the Docker registry's settings as one source gives it.</summary>
/// <param name="Name">Its name in config.yml, joined by dots.</param>
/// <param name="Values">Its value; a list has several, a section or a null none.</param>
/// <param name="Origin">How the user spelled it and where, for messages.</param>
internal sealed record DockerSetting(string Name, IReadOnlyList<string> Values, string Origin);
