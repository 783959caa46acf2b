using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Hosting;
using Berth.TestTools;

namespace Berth.Deployment.Tests;

/// <summary>That what the documents say of settings, rights and each other is so.</summary>
public sealed partial class DocumentsTests
{
    private static readonly string[] Documents =
    [
        "README.md", "deploy/README.md", "eng/polyfills/README.md",
        .. Directory.GetFiles(Repository.PathOf("docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path)),
    ];

    /// <summary>Which document has the settings that begin so.</summary>
    private static readonly (string Section, string Document)[] Sections =
    [
        ("Berth:Audit:", "docs/auth.md"),
        ("Berth:Auth:", "docs/auth.md"),
        ("Berth:Collection:", "docs/collection.md"),
        ("Berth:Storage:Azure:", "docs/azure.md"),
        ("Berth:Storage:Oss:", "docs/oss.md"),
        ("Berth:Storage:S3:", "docs/s3.md"),
    ];

    public static TheoryData<string> Files => [.. Documents];

    public static TheoryData<string> Settings => [.. SettingNames.All.Select(setting => setting.Name)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_is_explained(string name)
    {
        var (section, document) = Sections.FirstOrDefault(entry =>
            name.StartsWith(entry.Section, StringComparison.Ordinal));
        if (section is null)
            Assert.Contains($"| `{name}` |", Text("README.md"), StringComparison.Ordinal);
        else
            Assert.Contains(name[section.Length..], Explained(section, document));
    }

    [Theory]
    [InlineData("Berth:Audit:", "docs/auth.md")]
    [InlineData("Berth:Auth:", "docs/auth.md")]
    [InlineData("Berth:Collection:", "docs/collection.md")]
    [InlineData("Berth:Storage:Azure:", "docs/azure.md")]
    [InlineData("Berth:Storage:Oss:", "docs/oss.md")]
    [InlineData("Berth:Storage:S3:", "docs/s3.md")]
    public void What_is_explained_is_a_setting(string section, string document)
    {
        var names = Explained(section, document);
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(SettingNames.Contains(section + name), $"nobody reads {section}{name}"));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_variable_in_an_example_is_one_that_is_read(string document)
    {
        // Http and the end of a process are the server's alone, and Kestrel's.
        string[] others = ["Berth__Http__", "Berth__ShutdownTimeout"];
        Assert.All(
            Variable().Matches(Text(document)).Select(match => match.Value)
                .Where(name => !others.Any(other => name.StartsWith(other, StringComparison.Ordinal))),
            name => Assert.True(SettingNames.Contains(SettingOf(name)), $"nobody reads {name}"));

        // Of two stores berth reads one's settings from under From and the other's from under To.
        static string SettingOf(string name) =>
            OneOfTwo().Replace(name, "Berth__Storage__").Replace("__", ":", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_link_leads_somewhere(string document)
    {
        foreach (var link in Link().Matches(Text(document)).Select(match => match.Groups["to"].Value))
        {
            if (link.Contains("://", StringComparison.Ordinal))
                continue;
            var parts = link.Split('#', 2);
            var path = parts[0].Length == 0
                ? document
                : Path.GetRelativePath("/", Path.GetFullPath(parts[0], "/" + Path.GetDirectoryName(document)));
            var target = Repository.PathOf(path);
            Assert.True(File.Exists(target) || Directory.Exists(target), $"{document}: {link} is not there");
            if (parts.Length == 2)
                Assert.Contains(parts[1], Headings(path));
        }
    }

    [Theory]
    [InlineData(
        "docs/s3.md", "arn:aws:s3:::my-registry",
        "s3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:ListBucket s3:ListBucketMultipartUploads s3:PutObject")]
    [InlineData(
        "docs/oss.md", "acs:oss:*:*:my-registry",
        "oss:AbortMultipartUpload oss:DeleteObject oss:GetBucketVersioning oss:GetObject oss:ListMultipartUploads oss:ListObjects "
        + "oss:PutObject")]
    public void A_policy_gives_the_rights_that_are_needed_and_no_other(string document, string bucket, string actions)
    {
        var block = Assert.Single(JsonBlock().Matches(Text(document)));
        using var policy = JsonDocument.Parse(block.Groups["json"].Value);
        var statements = policy.RootElement.GetProperty("Statement").EnumerateArray().ToList();

        Assert.All(statements, statement => Assert.Equal("Allow", statement.GetProperty("Effect").GetString()));
        Assert.Equal(
            [bucket, bucket + "/*"],
            statements.Select(statement => statement.GetProperty("Resource").GetString()));
        Assert.Equal(
            actions.Split(' '),
            statements.SelectMany(statement => Texts(statement.GetProperty("Action"))).Order());
    }

    private static string Text(string document) => File.ReadAllText(Repository.PathOf(document));

    /// <summary>The settings of the first column of tables, without their section.</summary>
    private static List<string> Explained(string section, string document) =>
        [.. Text(document).Split('\n')
            .SkipWhile(line => line != "## Settings").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Code().Matches(line.Split('|')[1]).Select(match => match.Groups["code"].Value))
            .Where(name => !name.StartsWith("Berth:", StringComparison.Ordinal)
                || name.StartsWith(section, StringComparison.Ordinal))
            .Select(name => name.Replace(section, "", StringComparison.Ordinal).TrimStart('…', ':'))];

    private static IEnumerable<string> Headings(string document) =>
        Text(document).Split('\n')
            .Where(line => line.StartsWith('#'))
            .Select(line => NotInAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static IEnumerable<string?> Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(item => item.GetString())
            : [value.GetString()];

    [GeneratedRegex(@"\bBerth__[A-Za-z0-9]+(__[A-Za-z0-9]+)*")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\ABerth__(From|To)__")]
    private static partial Regex OneOfTwo();

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
