using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Berth.Hosting;

/// <summary>Where the settings of every host come from.</summary>
public static class SettingSources
{
    private const string AppSettings = "appsettings.json";
    private const string Section = "Berth:";

    /// <summary>The appsettings.json of each directory that has one, in that order.</summary>
    /// <exception cref="SettingsException">One is no JSON, or cannot be read.</exception>
    public static IEnumerable<Setting> FromAppSettings(params IEnumerable<string> directories) =>
        directories
            .Select(directory => Path.GetFullPath(Path.Combine(directory, AppSettings)))
            .Distinct(StringComparer.Ordinal)
            .Where(File.Exists)
            .SelectMany(FromFile);

    /// <summary>The environment's <c>Berth__…</c>.</summary>
    public static IEnumerable<Setting> FromVariables(IReadOnlyDictionary<string, string> environment) =>
        Setting.JoinLists(environment
            .Select(entry => new Setting(
                entry.Key.Replace("__", ":", StringComparison.Ordinal), [entry.Value], entry.Key))
            .Where(setting => setting.Name.StartsWith(Section, StringComparison.OrdinalIgnoreCase)));

    /// <summary>A file in the form of appsettings.json.</summary>
    /// <exception cref="SettingsException">It is no JSON, or cannot be read.</exception>
    public static IEnumerable<Setting> FromFile(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var pairs = new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable();
            return [.. Setting.JoinLists(pairs
                .Where(pair => pair.Value is not null
                    && pair.Key.StartsWith(Section, StringComparison.OrdinalIgnoreCase))
                .Select(pair => new Setting(pair.Key, [pair.Value!], $"{Path.GetFileName(path)}: {pair.Key}")))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new SettingsException($"{path}: {e.Message}", e);
        }
    }
}
