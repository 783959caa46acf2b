using System.CodeDom.Compiler;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Tests;

/// <summary>Who may know whom, and how large a file may grow: rules that would wear away unseen.</summary>
public sealed partial class ArchitectureTests
{
    private const int MostLines = 400;

    internal static readonly string Root = FindRoot();
    private static readonly string Source = Path.Combine(Root, "src");

    [Fact]
    public void Berth_references_only_the_platform_and_what_reads_tokens()
    {
        Assert.All(typeof(RegistryHandler).Assembly.GetReferencedAssemblies(), reference =>
            Assert.Matches(
                @"\A(System(\..+)?|netstandard|Microsoft\.AspNetCore\..+|Microsoft\.Extensions\..+|Microsoft\.IdentityModel\..+|Microsoft\.Net\.Http\.Headers|Microsoft\.Win32\.Primitives)\z",
                reference.Name!));
        var project = XDocument.Load(Path.Combine(Source, "Berth", "Berth.csproj"));
        // Tokens are too dangerous to read with code of one's own.
        Assert.Equal(
            ["Microsoft.IdentityModel.JsonWebTokens", "Microsoft.IdentityModel.Protocols.OpenIdConnect"],
            References(project, "PackageReference"));
        Assert.Empty(project.Descendants("ProjectReference"));
    }

    [Fact]
    public void A_store_of_one_cloud_knows_no_other_and_no_host()
    {
        foreach (var (folder, sdk) in new[] { ("Azure", "Azure."), ("S3", "AWSSDK."), ("Oss", "Aliyun.") })
        {
            var path = Path.Combine(Source, "Berth.Storage." + folder, $"Berth.Storage.{folder}.csproj");
            if (!File.Exists(path))
            {
                continue;
            }
            var project = XDocument.Load(path);
            // Azure's own package needs System.IO.Hashing.
            Assert.All(References(project, "PackageReference").Where(name => name != "System.IO.Hashing"), name =>
                Assert.StartsWith(sdk, name, StringComparison.Ordinal));
            Assert.All(References(project, "ProjectReference"), name =>
                Assert.EndsWith("Berth.csproj", name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Only_Berth_Identity_knows_what_users_are_checked_with_elsewhere()
    {
        var project = XDocument.Load(Path.Combine(Source, "Berth.Identity", "Berth.Identity.csproj"));
        Assert.Equal(["BCrypt.Net-Next", "System.DirectoryServices.Protocols"], References(project, "PackageReference"));
        Assert.Equal(["../Berth/Berth.csproj"], References(project, "ProjectReference"));
        Assert.Equal(
            ["Berth.Identity"],
            Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories)
                .Where(path => References(XDocument.Load(path), "PackageReference")
                    .Any(name => Regex.IsMatch(name, @"\A(BCrypt\.|System\.DirectoryServices)")))
                .Select(Path.GetFileNameWithoutExtension));
    }

    [Theory]
    [InlineData("Berth.Hosting", "Berth", "Berth.Identity", "Berth.Storage.Azure", "Berth.Storage.Oss", "Berth.Storage.S3")]
    [InlineData("Berth.Cli", "Berth.Hosting")]
    [InlineData("Berth.Functions", "Berth.Hosting")]
    [InlineData("Berth.Server", "Berth.Hosting")]
    public void A_host_references_what_it_hosts_and_no_cloud(string name, params string[] projects)
    {
        var project = XDocument.Load(Path.Combine(Source, name, name + ".csproj"));
        Assert.Equal(projects, References(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order());
        Assert.DoesNotContain(References(project, "PackageReference"), IsCloudSdk);
        // What the build made of it, too: types of an SDK that another project brings along.
        Assert.DoesNotContain(Assembly.Load(name).GetReferencedAssemblies(), reference => IsCloudSdk(reference.Name!));

        // Microsoft.Azure.Functions.Worker is a host's own.
        static bool IsCloudSdk(string name) => Regex.IsMatch(name, @"\A(Azure|AWSSDK|Aliyun)\.");
    }

    [Fact]
    public void Only_one_project_references_the_SDK_of_Azure() =>
        Assert.Equal(
            ["Berth.Storage.Azure"],
            Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories)
                .Where(path => References(XDocument.Load(path), "PackageReference")
                    .Any(name => name.StartsWith("Azure.", StringComparison.Ordinal)))
                .Select(Path.GetFileNameWithoutExtension));

    [Fact]
    public void Source_never_references_tests() =>
        Assert.All(Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories), path =>
            Assert.DoesNotContain(
                References(XDocument.Load(path), "ProjectReference"),
                name => name.Contains("tests", StringComparison.OrdinalIgnoreCase)));

    [Fact]
    public void Every_route_has_an_id_of_its_own_and_every_endpoint_of_the_spec_a_route()
    {
        var storage = RegistryStorage.Over(new MemoryObjects(), new MemoryRecords());
        using var buffers = new UploadBuffers(24 * 1024 * 1024, 1);
        var uploads = new UploadStore(storage.Records, storage.Objects, buffers, new(TimeProvider.System, TimeSpan.FromDays(1)));
        var routes = RouteTable.Create(new RegistryOptions(), storage, uploads, TimeProvider.System);

        Assert.Equal(routes.Length, routes.Select(route => route.Id).Distinct().Count());
        // end-11 is end-4 with another query.
        Assert.Superset(
            Enumerable.Range(1, 14).Where(number => number != 11).Select(number => $"end-{number}").ToHashSet(),
            routes.Select(route => route.Id).ToHashSet());
        Assert.All(routes, route => Assert.NotEmpty(route.Methods));
        Assert.All(routes, route => Assert.Equal(
            route.Methods.Contains("DELETE") && !route.Pattern.Contains("uploads", StringComparison.Ordinal),
            route.Access == Access.Delete));
        Assert.All(
            routes.Where(route => route.Pattern.Contains("{name}", StringComparison.Ordinal)),
            route => Assert.NotEqual(Access.None, route.Access));
    }

    [Fact]
    public void Every_endpoint_opens_with_what_of_the_spec_it_implements()
    {
        var assembly = typeof(RegistryHandler).Assembly;
        var endpoints = assembly.GetTypes()
            .Where(type => type is { Namespace: "Berth.Endpoints", IsNested: false })
            .Where(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
                .Any(method => method.Name.EndsWith("Async", StringComparison.Ordinal)
                    && method.ReturnType.ToString().Contains("RegistryError", StringComparison.Ordinal)
                    && method.GetParameters() is [{ ParameterType.Name: "RegistryRequest" }]))
            .ToList();
        Assert.InRange(endpoints.Count, 13, 40);
        Assert.All(endpoints, type =>
        {
            var text = File.ReadAllText(Path.Combine(Source, "Berth", "Endpoints", type.Name + ".cs"));
            Assert.Matches(SpecId(), text);
        });
    }

    [Fact]
    public void No_file_has_more_than_400_lines() =>
        Assert.All(
            new[] { Source, Path.Combine(Root, "tests") }
                .SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
                .Where(path => !Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")),
            path => Assert.True(File.ReadLines(path).Count() <= MostLines, $"{path} has more than {MostLines} lines"));

    [Fact]
    public void No_type_is_named_for_nothing() =>
        Assert.DoesNotContain(
            typeof(RegistryHandler).Assembly.GetTypes().Where(type => !type.IsDefined(typeof(GeneratedCodeAttribute))),
            type => Regex.IsMatch(type.Name, "(Manager|Helper|Util|Utils|Utilities)$"));

    private static IEnumerable<string> References(XDocument project, string kind) =>
        project.Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Functions.sln above the tests");
        }
        return folder;
    }

    [GeneratedRegex(@"/// <summary>\s*(///\s*)?(end-[0-9]+|<c>GET /v2/_catalog</c>|For orchestrators|Docker's token)")]
    private static partial Regex SpecId();
}
