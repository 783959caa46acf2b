using Berth.Hosting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Berth.Server.Configuration;

/// <summary>Reads YAML into the names and values that the Docker registry's configuration is made of.</summary>
internal static class DockerYaml
{
    // An alias may name the section that it stands in.
    private const int DeepestNesting = 16;

    /// <summary>A whole config.yml.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="SettingsException">The text is no YAML, or no mapping.</exception>
    public static IReadOnlyList<DockerSetting> ReadFile(string text, string file)
    {
        try
        {
            return Load(text) switch
            {
                null => [],
                YamlMappingNode root => [.. Flatten(root, "", name => $"{file}: {name}")],
                var other => throw new SettingsException($"{file}, line {other.Start.Line}: settings belong here"),
            };
        }
        catch (YamlException e)
        {
            throw new SettingsException($"{file}, line {e.Start.Line}: {e.Message}", e);
        }
    }

    /// <summary>The value of one variable: a scalar, a list, or a section.</summary>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    public static IEnumerable<DockerSetting> ReadValue(string text, string name, string origin) =>
        Load(text) is { } node ? Flatten(node, name, _ => origin) : [new(name, [""], origin)];

    private static YamlNode? Load(string text)
    {
        var scanner = new Scanner(new StringReader(text));
        try
        {
            var stream = new YamlStream();
            stream.Load(new MergingParser(new Parser(scanner)));
            return stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What YamlDotNet throws for some malformed texts, such as a list that is never closed.
            var place = scanner.CurrentPosition;
            throw new YamlException(place, place, "This is no YAML; is a bracket or a quote left open?", e);
        }
    }

    private static IEnumerable<DockerSetting> Flatten(
        YamlNode node, string name, Func<string, string> origin, int depth = 0)
    {
        if (depth == DeepestNesting)
            throw new YamlException(node.Start, node.End, "Sections are nested too deeply.");
        switch (node)
        {
            case YamlMappingNode { Children.Count: > 0 } mapping:
                return mapping.Children.SelectMany(child =>
                    Flatten(child.Value, name.Length == 0 ? $"{child.Key}" : $"{name}.{child.Key}", origin, depth + 1));
            case YamlSequenceNode sequence when sequence.Children.Any(child => child is not YamlScalarNode):
                return sequence.Children.SelectMany(child => Flatten(child, name, origin, depth + 1))
                    .DistinctBy(setting => setting.Name);
            case YamlSequenceNode sequence:
                return [new(name, [.. sequence.Children.Cast<YamlScalarNode>().SelectMany(ValuesOf)], origin(name))];
            case YamlScalarNode scalar:
                return [new(name, [.. ValuesOf(scalar)], origin(name))];
            default:
                return [new(name, [], origin(name))];
        }
    }

    private static IEnumerable<string> ValuesOf(YamlScalarNode scalar) =>
        scalar is { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" } ? [] : [scalar.Value ?? ""];
}
