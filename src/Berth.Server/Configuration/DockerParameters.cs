using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>What all sources together say of one storage driver.</summary>
internal sealed class DockerParameters
{
    private readonly Dictionary<string, DockerSetting> _settings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Layers what sources say.</summary>
    /// <param name="weakestFirst">Parameters, named as below the driver's own section.</param>
    public DockerParameters(IEnumerable<DockerSetting> weakestFirst)
    {
        foreach (var setting in weakestFirst)
            _settings[setting.Name] = setting;
    }

    /// <summary>All of them.</summary>
    public IEnumerable<DockerSetting> All => _settings.Values;

    /// <summary>The text of a parameter, or <see langword="null"/> where it is absent or empty.</summary>
    /// <exception cref="SettingsException">It is a list.</exception>
    public string? Text(string name)
    {
        if (!_settings.TryGetValue(name, out var setting))
            return null;
        if (setting.Values.Count > 1)
            throw Refusal(name, $"one value is expected, not {setting.Values.Count}");
        return setting.Values[0].Length > 0 ? setting.Values[0] : null;
    }

    /// <summary>Whether a parameter says yes, or <see langword="null"/> where it is absent or empty.</summary>
    /// <exception cref="SettingsException">It says something else.</exception>
    public bool? Flag(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return ValueFormats.TryBoolean(text, out var isTrue)
            ? isTrue
            : throw Refusal(name, $"\"{text}\" is not accepted; write true or false");
    }

    /// <summary>What a parameter says, under another name and perhaps in other words.</summary>
    public Setting Setting(string name, string berth, string value) => new(berth, [value], _settings[name].Origin);

    /// <summary>The line that warns of a parameter.</summary>
    public string Unused(string name, string instead) => _settings[name].Unused(instead);

    /// <summary>Why a parameter is refused.</summary>
    public SettingsException Refusal(string name, string reason) => new($"{_settings[name].Origin}: {reason}");
}
