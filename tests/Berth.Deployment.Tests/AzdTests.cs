using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Deployment.Tests.Bicep;
using Berth.TestTools;
using YamlDotNet.RepresentationModel;

namespace Berth.Deployment.Tests;

/// <summary>That azd finds what it deploys, and tells main.bicep what its defaults say.</summary>
public sealed partial class AzdTests(TemplateFixture template) : IClassFixture<TemplateFixture>
{
    private static readonly string[] SetByAzd = ["AZURE_ENV_NAME", "AZURE_LOCATION"];

    [Fact]
    public void Azd_finds_the_templates()
    {
        var infra = (YamlMappingNode)Azure()["infra"];

        Assert.Equal("bicep", Text(infra, "provider"));
        Assert.True(File.Exists(Repository.PathOf($"{Text(infra, "path")}/{Text(infra, "module")}.bicepparam")));
    }

    [SkippableFact]
    public void Azd_finds_the_project_and_the_app_that_it_becomes()
    {
        var (name, service) = Assert.Single(((YamlMappingNode)Azure()["services"]).Children);
        var project = Text((YamlMappingNode)service, "project");
        Assert.Equal("dotnet", Text((YamlMappingNode)service, "language"));
        Assert.Equal("function", Text((YamlMappingNode)service, "host"));

        var app = Assert.Single(template.OfType("Microsoft.Web/sites"));
        var tag = Assert.Single(Values.Objects(app.At("tags")!.Value));
        Assert.Equal(name.ToString(), Values.At(tag, "azd-service-name")!.Value.GetString());
        var tags = Assert.Single(template.Main.Variables, variable => variable.Name == "tags");
        Assert.Equal("environmentName", Values.Source(Values.At(tags.Value, "azd-env-name")!.Value));
        var group = Assert.Single(template.OfType("Microsoft.Resources/resourceGroups"));
        Assert.Equal("tags", Values.Source(group.At("tags")!.Value));

        Assert.Single(Directory.GetFiles(Repository.PathOf(project), "*.csproj"));
    }

    [SkippableFact]
    public void What_azd_passes_when_nothing_is_set_are_the_defaults()
    {
        var parameters = template.Files["infra/main.bicepparam"].Parameters;

        Assert.Equal(
            SetByAzd,
            parameters.Select(parameter => Read().Matches(Values.Source(parameter.Value)!)[0])
                .Where(read => !read.Groups["default"].Success).Select(read => read.Groups["name"].Value));
        Assert.All(parameters, parameter =>
        {
            foreach (Match read in Read().Matches(Values.Source(parameter.Value)!))
            {
                if (!read.Groups["default"].Success)
                    continue;
                var wanted = template.Main.Parameters.Single(main => main.Name == parameter.Name).Value;
                var text = wanted.ValueKind switch
                {
                    JsonValueKind.String => wanted.GetString(),
                    JsonValueKind.Array when wanted.GetArrayLength() == 0 => "",
                    _ => wanted.GetRawText(),
                };
                Assert.Equal(text, read.Groups["default"].Value);
                Assert.StartsWith("BERTH_", read.Groups["name"].Value, StringComparison.Ordinal);
            }
        });
    }

    [SkippableFact]
    public void The_documentation_names_every_parameter()
    {
        var text = File.ReadAllText(Repository.PathOf("docs/deploy-azure.md"));

        Assert.All(template.Main.Parameters, parameter =>
            Assert.Contains($"| `{parameter.Name}` |", text, StringComparison.Ordinal));
        Assert.All(template.Main.Outputs, output => Assert.Contains(output.Name, text, StringComparison.Ordinal));
        Assert.All(Read().Matches(File.ReadAllText(Repository.PathOf("infra/main.bicepparam"))), read =>
            Assert.Contains($"`{read.Groups["name"].Value}`", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("host.json")]
    [InlineData("local.settings.json.example")]
    public void Files_of_the_Functions_host_are_JSON(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.PathOf(name)));

        Assert.Equal(JsonValueKind.Object, file.RootElement.ValueKind);
    }

    private static YamlMappingNode Azure()
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Repository.PathOf("azure.yaml"));
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static string Text(YamlMappingNode node, string key) => node[key].ToString();

    [GeneratedRegex(@"readEnvironmentVariable\('(?<name>\w+)'(, '(?<default>[^']*)')?\)")]
    private static partial Regex Read();
}
