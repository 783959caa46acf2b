using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>One of the Docker registry's storage drivers. Its parameters are named as below its own section.</summary>
/// <param name="provider">Which provider of Berth keeps the same data.</param>
internal sealed class DockerDriver(string provider)
{
    /// <summary>What several parameters together mean.</summary>
    /// <param name="parameters">What is said of the driver.</param>
    /// <param name="warnings">Takes a line for each parameter that is not kept.</param>
    public delegate IEnumerable<Setting> Composition(DockerParameters parameters, ICollection<string> warnings);

    /// <summary>The provider.</summary>
    public string Provider => provider;

    /// <summary>Their name, ours, and how the value changes on the way, where it does.</summary>
    public IReadOnlyList<(string Docker, string Berth, Func<string, string>? Change)> Used { get; init; } = [];

    /// <summary>Those that <see cref="Compose"/> looks at.</summary>
    public IReadOnlyList<string> Composed { get; init; } = [];

    /// <summary>What those mean.</summary>
    public Composition Compose { get; init; } = (_, _) => [];

    /// <summary>Accepted without a word: leaving these out changes nothing that anyone could notice.</summary>
    public IReadOnlyList<(string Docker, string Why)> NotNeeded { get; init; } = [];

    /// <summary>Warned about, unless the value is what happens anyway, with what happens instead.</summary>
    public IReadOnlyList<(string Docker, string[] Anyway, string Instead)> Missed { get; init; } = [];

    /// <summary>Says in Berth's words what sources say of this driver.</summary>
    /// <exception cref="SettingsException">What they say cannot be kept.</exception>
    public IEnumerable<Setting> Translate(DockerParameters parameters, ICollection<string> warnings)
    {
        var settings = new List<Setting>();
        var single = parameters.All.Where(item => !Composed.Contains(item.Name, StringComparer.OrdinalIgnoreCase));
        foreach (var item in single)
            settings.AddRange(Translate(item, warnings));
        settings.AddRange(Compose(parameters, warnings));
        return settings;
    }

    private IEnumerable<Setting> Translate(DockerSetting item, ICollection<string> warnings)
    {
        foreach (var (_, berth, change) in Used.Where(entry => IsNamed(entry.Docker)))
            return [new(berth, [.. item.Values.Select(value => change is null ? value : change(value))], item.Origin)];
        if (NotNeeded.Any(entry => IsNamed(entry.Docker)))
            return [];
        var (_, anyway, instead) = Missed.FirstOrDefault(entry => IsNamed(entry.Docker));
        if (anyway is null || !item.Values.All(value =>
            value.Length == 0 || anyway.Contains(value, StringComparer.OrdinalIgnoreCase)))
        {
            warnings.Add(item.Unused(instead));
        }

        return [];

        bool IsNamed(string name) => name.Equals(item.Name, StringComparison.OrdinalIgnoreCase);
    }
}
