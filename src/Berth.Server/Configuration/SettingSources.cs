using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;

namespace Berth.Server.Configuration;

/// <summary>Where settings come from, besides the command line.</summary>
internal static class SettingSources
{
    private const string AppSettings = "appsettings.json";
    private const string DockerPrefix = "REGISTRY_";
    private const string Section = "Berth:";

    /// <summary>The appsettings.json beside the program, then the one where the user stands.</summary>
    public static IEnumerable<Setting> FromAppSettings(ServerInput input) =>
        new[] { input.ProgramDirectory, input.WorkingDirectory }
            .Select(directory => Path.GetFullPath(Path.Combine(directory, AppSettings)))
            .Distinct(StringComparer.Ordinal)
            .Where(File.Exists)
            .SelectMany(FromJson);

    /// <summary>A config.yml of the Docker registry.</summary>
    public static IEnumerable<Setting> FromConfigFile(string path, ICollection<string> warnings)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = Directory.Exists(path) ? "this is a folder, a file is expected" : e.Message;
            throw new SettingsException($"{path}: {reason}", e);
        }

        return DockerNames.Translate(DockerYaml.ReadFile(text, Path.GetFileName(path)), warnings);
    }

    /// <summary>The environment's <c>REGISTRY_…</c>, as the Docker registry reads them: sections first.</summary>
    public static IEnumerable<Setting> FromDockerVariables(
        IReadOnlyDictionary<string, string> environment, ICollection<string> warnings) =>
        DockerNames.Translate(
            environment
                .Where(entry => entry.Key.StartsWith(DockerPrefix, StringComparison.Ordinal))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .SelectMany(entry => FromDockerVariable(entry.Key, entry.Value))
                .GroupBy(setting => setting.Name, StringComparer.Ordinal)
                .Select(group => group.First() with { Values = [.. group.SelectMany(setting => setting.Values)] }),
            warnings);

    /// <summary>The environment's <c>Berth__…</c>.</summary>
    public static IEnumerable<Setting> FromVariables(IReadOnlyDictionary<string, string> environment) =>
        Setting.JoinLists(environment
            .Select(entry => new Setting(
                entry.Key.Replace("__", ":", StringComparison.Ordinal), [entry.Value], entry.Key))
            .Where(setting => setting.Name.StartsWith(Section, StringComparison.OrdinalIgnoreCase)));

    private static IEnumerable<Setting> FromJson(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var pairs = new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable();
            return [.. Setting.JoinLists(pairs
                .Where(pair => pair.Value is not null
                    && pair.Key.StartsWith(Section, StringComparison.OrdinalIgnoreCase))
                .Select(pair => new Setting(pair.Key, [pair.Value!], $"{AppSettings}: {pair.Key}")))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new SettingsException($"{path}: {e.Message}", e);
        }
    }

    private static IEnumerable<DockerSetting> FromDockerVariable(string variable, string value)
    {
        var segments = variable[DockerPrefix.Length..].ToLowerInvariant().Split('_');
        if (segments.Length > 1 && int.TryParse(segments[^1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            segments = segments[..^1];
        var name = string.Join('.', segments);
        try
        {
            return [.. DockerYaml.ReadValue(value, name, variable)];
        }
        catch (YamlException) when (!name.StartsWith("http.headers.", StringComparison.Ordinal))
        {
            // Not YAML, but what people write: [::]:5000, or a password in somebody else's REGISTRY_PASSWORD.
            return [new(name, [value], variable)];
        }
        catch (YamlException e)
        {
            throw new SettingsException($"{variable}: \"{value}\" is no YAML list; write [value, value]", e);
        }
    }
}
