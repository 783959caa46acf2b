using Berth.TestTools;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Berth.Deployment.Tests.Yaml;

/// <summary>Reads the YAML below deploy/ and what lies in it.</summary>
internal static class YamlFiles
{
    /// <summary>The one document of a file.</summary>
    public static YamlMappingNode Read(string path)
    {
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(new StringReader(File.ReadAllText(Repository.PathOf(path))))));
        return Assert.IsType<YamlMappingNode>(Assert.Single(stream.Documents).RootNode);
    }

    /// <summary>What lies at the end of a path of keys, or <see langword="null"/>.</summary>
    public static YamlNode? Find(this YamlNode node, params IEnumerable<string> keys)
    {
        YamlNode? found = node;
        foreach (var key in keys)
            found = found is YamlMappingNode mapping && mapping.Children.TryGetValue(key, out var child) ? child : null;
        return found;
    }

    /// <summary>What lies at the end of a path of keys.</summary>
    public static YamlNode At(this YamlNode node, params string[] keys)
    {
        var found = node.Find(keys);
        Assert.True(found is not null, $"nothing at {string.Join('.', keys)}");
        return found;
    }

    /// <summary>The text at the end of a path of keys.</summary>
    public static string Text(this YamlNode node, params string[] keys) =>
        Assert.IsType<YamlScalarNode>(node.At(keys)).Value!;

    /// <summary>The entries of a list at the end of a path of keys; of none where there is no list.</summary>
    public static IEnumerable<YamlNode> Items(this YamlNode node, params string[] keys) =>
        node.Find(keys) is YamlSequenceNode list ? list : [];

    /// <summary>The texts of a list at the end of a path of keys.</summary>
    public static IEnumerable<string> Texts(this YamlNode node, params string[] keys) =>
        node.Items(keys).Select(item => item.Text());

    /// <summary>The entries of a mapping at the end of a path of keys, in order.</summary>
    public static IEnumerable<(string Key, YamlNode Value)> Entries(this YamlNode node, params string[] keys) =>
        node.Find(keys) is YamlMappingNode mapping
            ? mapping.Children.Select(child => (child.Key.Text(), child.Value))
            : [];

    /// <summary>The entries of a mapping of texts at the end of a path of keys.</summary>
    public static Dictionary<string, string> TextEntries(this YamlNode node, params string[] keys) =>
        node.Entries(keys).ToDictionary(entry => entry.Key, entry => entry.Value.Text());
}
