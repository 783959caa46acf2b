using System.Diagnostics.CodeAnalysis;

namespace Berth.Hosting;

/// <summary>What all sources together say: for each setting the strongest source, whole.</summary>
public sealed class Settings
{
    private readonly Dictionary<string, Setting> _settings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Layers sources, each stronger than the one before it.</summary>
    public Settings(IEnumerable<Setting> weakestFirst)
    {
        foreach (var setting in weakestFirst)
            _settings[setting.Name] = setting with { Values = [.. setting.Values.Where(value => value.Length > 0)] };
    }

    /// <summary>Reads text as a value of a setting.</summary>
    public delegate bool Format<T>(string text, [MaybeNullWhen(false)] out T value);

    /// <summary>The value of a setting as text, or <see langword="null"/> where no source sets it.</summary>
    public string? Text(string name) => Find(name)?.Values[0];

    /// <summary>The value of a setting, checked.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="fallback">Its value where no source sets it.</param>
    /// <param name="format">What its text must be.</param>
    /// <param name="accepted">The same in words, as in "write …".</param>
    /// <exception cref="SettingsException">The text is something else.</exception>
    public T Read<T>(string name, T fallback, Format<T> format, string accepted)
    {
        if (Find(name) is not { } setting)
            return fallback;
        return format(setting.Values[0], out var value)
            ? value
            : throw NotAccepted(name, setting.Values[0], accepted);
    }

    /// <summary>The values of a list, checked: several values, or one with commas between them. Not set: an empty list.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="format">What the text of each must be.</param>
    /// <param name="accepted">The same in words, as in "write …".</param>
    /// <exception cref="SettingsException">The text of one is something else.</exception>
    public IReadOnlyList<T> ReadList<T>(string name, Format<T> format, string accepted)
    {
        const StringSplitOptions parts = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var texts = _settings.TryGetValue(name, out var setting)
            ? setting.Values.SelectMany(value => value.Split(',', parts)).ToArray() : [];
        return texts.Length == 0 ? [] : [.. texts.Select(text =>
            format(text, out var value) ? value : throw NotAccepted(name, text, accepted))];
    }

    /// <summary>A secret, which may stand in a file that another setting names, without the end of its line.</summary>
    /// <param name="name">The setting that holds it.</param>
    /// <param name="fileName">The setting that names a file instead.</param>
    /// <param name="directory">What relative paths are relative to.</param>
    /// <exception cref="SettingsException">Both are set, or the file cannot be read.</exception>
    public string? Secret(string name, string fileName, string directory)
    {
        if (Text(fileName) is not { } file)
            return Text(name);
        return Text(name) is null
            ? ReadFile(fileName, file, directory).TrimEnd('\r', '\n')
            : throw Refusal(fileName, $"it contradicts {name}; keep one");
    }

    /// <summary>All of a file that a setting names.</summary>
    /// <exception cref="SettingsException">It cannot be read.</exception>
    public string ReadFile(string name, string file, string directory)
    {
        try
        {
            return File.ReadAllText(Path.GetFullPath(file, directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal(name, e.Message, e);
        }
    }

    /// <summary>The settings below a prefix that are set, by the rest of their names.</summary>
    public IEnumerable<(string Name, Setting Setting)> Below(string prefix) =>
        _settings.Values
            .Where(setting => setting.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Where(setting => setting.Values.Count > 0)
            .Select(setting => (setting.Name[prefix.Length..], setting));

    /// <summary>Why a setting is refused, with its name as the user wrote it and as Berth calls it.</summary>
    public SettingsException Refusal(string name, string reason, Exception? cause = null)
    {
        var origin = _settings.GetValueOrDefault(name)?.Origin ?? name;
        var isBerths = origin.Replace("__", ":", StringComparison.Ordinal)
            .Contains(name, StringComparison.OrdinalIgnoreCase);
        return new($"{origin}{(isBerths ? "" : $" ({name})")}: {reason}", cause);
    }

    private SettingsException NotAccepted(string name, string text, string accepted) =>
        Refusal(name, $"\"{text}\" is not accepted; write {accepted}");

    private Setting? Find(string name)
    {
        if (!_settings.TryGetValue(name, out var setting) || setting.Values.Count == 0)
            return null;
        return setting.Values.Count == 1
            ? setting
            : throw new SettingsException($"{setting.Origin}: one value is expected, not {setting.Values.Count}");
    }
}
