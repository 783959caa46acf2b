using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>The Docker registry's <c>auth</c> section: which of its ways to log in, and the parameters of that one.</summary>
internal static class DockerAuth
{
    /// <summary>What the names of the section begin with.</summary>
    public const string Section = "auth";

    private const string AutoRedirect = "auth.token.autoredirect";

    /// <summary>Their name and ours.</summary>
    public static IReadOnlyList<(string Docker, string Berth)> Used { get; } =
    [
        ("auth.htpasswd.realm", AuthSettings.RealmSetting),
        ("auth.htpasswd.path", AuthSettings.HtpasswdPathSetting),
        ("auth.token.realm", "Berth:Auth:Token:Realm"),
        ("auth.token.service", "Berth:Auth:Token:Service"),
        ("auth.token.issuer", "Berth:Auth:Token:Issuer"),
        ("auth.token.rootcertbundle", "Berth:Auth:Token:RootCertificates"),
        ("auth.token.jwks", "Berth:Auth:Token:Jwks"),
        ("auth.token.signingalgorithms", "Berth:Auth:Token:Algorithms"),
    ];

    /// <summary>Whether a name is of the section.</summary>
    public static bool Includes(DockerSetting item) =>
        Same(item.Name, Section) || item.Name.StartsWith(Section + ".", StringComparison.OrdinalIgnoreCase);

    /// <summary>Says in Berth's words what the sources together say.</summary>
    /// <param name="items">The names and values of the section that have a value.</param>
    /// <param name="warnings">Takes a line for each name that Berth does not have.</param>
    /// <exception cref="SettingsException">They name two ways to log in, or one that lets everybody in.</exception>
    public static IEnumerable<Setting> Translate(IReadOnlyList<DockerSetting> items, ICollection<string> warnings)
    {
        var mode = ModeIn(items);
        if (mode is not null)
            yield return mode;
        foreach (var item in items.Where(item => WayOf(item.Name) is { } way && way == mode?.Values[0]))
        {
            if (Used.FirstOrDefault(entry => Same(entry.Docker, item.Name)).Berth is { } name)
                yield return new(name, item.Values, item.Origin);
            else if (!Same(item.Name, AutoRedirect))
                warnings.Add(item.Unused(null));
            else if (!item.Values.All(value => ValueFormats.TryBoolean(value, out var isOn) && !isOn))
                warnings.Add(item.Unused("clients are told the realm that is set, never what they said in Host"));
        }
    }

    private static Setting? ModeIn(IReadOnlyList<DockerSetting> items)
    {
        var outright = items.FirstOrDefault(item => Same(item.Name, Section) && item.Values is [{ Length: > 0 }, ..]);
        var ways = items.Where(item => WayOf(item.Name) is not null).DistinctBy(item => WayOf(item.Name)).ToList();
        var chosen = outright ?? ways.FirstOrDefault();
        if (chosen is null)
            return null;
        var way = outright?.Values[0].ToLowerInvariant() ?? WayOf(chosen.Name)!;
        if (way == "silly")
        {
            throw new SettingsException(
                $"{chosen.Origin}: silly lets everybody in; use htpasswd, or {AuthSettings.ModeSetting}=accounts");
        }

        if (outright is null && ways.Count > 1)
            throw new SettingsException($"{ways[1].Origin}: {chosen.Origin} is another way to log in; keep one");
        return new(AuthSettings.ModeSetting, [way], chosen.Origin);
    }

    /// <summary>htpasswd in <c>auth.htpasswd.path</c>.</summary>
    private static string? WayOf(string name) =>
        name.Split('.') is [_, var way, ..] ? way.ToLowerInvariant() : null;

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
