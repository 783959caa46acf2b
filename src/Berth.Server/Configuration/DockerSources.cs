using System.Globalization;
using Berth.Hosting;
using YamlDotNet.Core;

namespace Berth.Server.Configuration;

/// <summary>Where the Docker registry's settings come from.</summary>
internal static class DockerSources
{
    private const string Prefix = "REGISTRY_";

    /// <summary>A config.yml of the Docker registry.</summary>
    /// <exception cref="SettingsException">It cannot be read, or is no YAML.</exception>
    public static IEnumerable<DockerSetting> FromConfigFile(string path)
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

        return DockerYaml.ReadFile(text, Path.GetFileName(path));
    }

    /// <summary>The environment's <c>REGISTRY_…</c>, as the Docker registry reads them: sections first.</summary>
    /// <exception cref="SettingsException">One of its headers is no YAML.</exception>
    public static IEnumerable<DockerSetting> FromVariables(IReadOnlyDictionary<string, string> environment) =>
        environment
            .Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .SelectMany(entry => FromVariable(entry.Key, entry.Value))
            .GroupBy(setting => setting.Name, StringComparer.Ordinal)
            .Select(group => group.First() with { Values = [.. group.SelectMany(setting => setting.Values)] });

    private static IEnumerable<DockerSetting> FromVariable(string variable, string value)
    {
        var segments = variable[Prefix.Length..].ToLowerInvariant().Split('_');
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
