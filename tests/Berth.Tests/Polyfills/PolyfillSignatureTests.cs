using System.Reflection;
using System.Xml.Linq;

namespace Berth.Tests.Polyfills;

/// <summary>
/// A polyfill has the members of the official package that its <c>Official.txt</c> lists, and no others; the official
/// package, where the build uses it, has all of them.
/// </summary>
public sealed class PolyfillSignatureTests
{
    private static readonly string Folder = Path.Combine(ArchitectureTests.Root, "eng", "polyfills");

    /// <summary>Every polyfill that has code: a package of build steps has no signatures.</summary>
    private static readonly string[] Names =
    [
        .. Directory.GetFiles(Folder, "*.csproj", SearchOption.AllDirectories)
            .Where(path => Directory.GetFiles(Path.GetDirectoryName(path)!, "*.cs").Length > 0)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(),
    ];

    public static TheoryData<string> Packages => [.. Names];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Every_member_is_official(string package)
    {
        var path = Path.Combine(AppContext.BaseDirectory, AssemblyOf(package) + ".dll");
        Assert.True(File.Exists(path), $"{path} is absent: reference {package} from Berth.Tests, or from what it tests.");
        var official = File.ReadAllLines(Path.Combine(Folder, package, "Official.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(official);

        var assembly = Assembly.LoadFrom(path);
        var isPolyfill = assembly.GetCustomAttribute<AssemblyProductAttribute>()?.Product == "Berth";
        var actual = (isPolyfill ? PublicSurface.Of(assembly) : OfficialSurface(official))
            .ToHashSet(StringComparer.Ordinal);

        string[] wrong =
        [
            .. official.Except(actual).Select(line => "missing: " + line),
            .. isPolyfill ? actual.Except(official).Select(line => "not listed: " + line) : [],
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void A_list_is_of_signatures_in_order_and_says_where_they_are_from() =>
        Assert.All(Names, package =>
        {
            var lines = File.ReadAllLines(Path.Combine(Folder, package, "Official.txt"));
            Assert.Matches($@"\A# {package} \d+\.\d+\.\d+", lines[0]);
            var list = lines.SkipWhile(line => line.StartsWith('#')).ToList();
            Assert.DoesNotContain(list, string.IsNullOrWhiteSpace);
            Assert.Equal(list.Count, list.Distinct(StringComparer.Ordinal).Count());
        });

    /// <summary>A package's assembly, which may have another name, as its polyfill's then has.</summary>
    private static string AssemblyOf(string package) =>
        XDocument.Load(Path.Combine(Folder, package, package + ".csproj")).Descendants("AssemblyName").SingleOrDefault()?.Value
        ?? package;

    /// <summary>The listed types as the official packages have them, of which one may have several assemblies.</summary>
    private static IEnumerable<string> OfficialSurface(IEnumerable<string> official)
    {
        var types = official.Select(PublicSurface.DeclaredType).OfType<string>().ToList();
        foreach (var path in Directory.GetFiles(AppContext.BaseDirectory, "*.dll"))
        {
            if (!Path.GetFileName(path).StartsWith("Berth.", StringComparison.Ordinal) && Load(path) is { } assembly)
            {
                foreach (var type in types.Select(name => assembly.GetType(name)).OfType<Type>())
                {
                    foreach (var line in PublicSurface.Of(type))
                    {
                        yield return line;
                    }
                }
            }
        }
    }

    private static Assembly? Load(string path)
    {
        try
        {
            return Assembly.LoadFrom(path);
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }
}
