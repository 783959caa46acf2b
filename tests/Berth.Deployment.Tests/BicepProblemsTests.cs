using Berth.Deployment.Tests.Bicep;
using Berth.TestTools;

namespace Berth.Deployment.Tests;

/// <summary>That the checks of the templates can fail: one mistake each in a template that is otherwise right.</summary>
public sealed class BicepProblemsTests
{
    private const string Main = """
        @description('Region.')
        param location string = 'here'

        var names = [for (item, index) in ['a', 'b']: '${item}${index}']

        module part 'modules/part.bicep' = {
          name: 'part'
          params: {
            location: location
            count: 3
          }
        }

        resource group 'Microsoft.Resources/resourceGroups@2024-11-01' existing = {
          name: names[0]
        }

        @description('What came of it.')
        output id string = '${part.outputs.id}${group.name}'
        """;

    private const string Part = """
        @description('Region.')
        param location string

        @description('How many.')
        param count int

        @description('Optional.')
        param note string?

        @description('Its id.')
        output id string = '${location}${count}${note}'
        """;

    private const string Parameters = """
        using 'main.bicep'

        param location = readEnvironmentVariable('LOCATION')
        """;

    [SkippableFact]
    public async Task A_right_template_has_no_problem() => Assert.Empty(await FindAsync(Main, Part, Parameters));

    [SkippableTheory]
    [InlineData("count: 3", "count: 3\n    size: 1", "is given size, which is no parameter of it")]
    [InlineData("    count: 3\n", "", "is not given count")]
    [InlineData("count: 3", "count: location", "is given a string for count, which is a int")]
    [InlineData("count: 3", "count: 'three'", "is given a string for count, which is a int")]
    [InlineData("part.outputs.id", "part.outputs.name", "has no output name")]
    [InlineData("modules/part.bicep", "modules/other.bicep", "which is not there")]
    [InlineData("location: location", "location: region", "region is not declared")]
    [InlineData("location: location", "location: 'there'", "location is never used")]
    [InlineData("names[0]", "'a'", "names is never used")]
    [InlineData("@description('Region.')\n", "", "location has no description")]
    [InlineData("@description('What came of it.')\n", "", "id has no description")]
    [InlineData("@description('Region.')\n", "@description(' ')\n", "location has no description")]
    [InlineData("name: 'part'\n", "name 'part'\n", "syntax")]
    [InlineData("resource group ", "resource part ", "part is declared 2 times")]
    public async Task A_mistake_in_a_template_is_found(string text, string mistake, string problem)
    {
        Assert.Contains(text, Main, StringComparison.Ordinal);

        var problems = await FindAsync(Main.Replace(text, mistake, StringComparison.Ordinal), Part, Parameters);

        Assert.Contains(problems, found => found.Contains(problem, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("param location =", "param region =", "is given region, which is no parameter of it")]
    [InlineData("readEnvironmentVariable('LOCATION')", "7", "is given a int for location, which is a string")]
    [InlineData("main.bicep", "other.bicep", "other.bicep is not there")]
    public async Task A_mistake_in_a_parameters_file_is_found(string text, string mistake, string problem)
    {
        Assert.Contains(text, Parameters, StringComparison.Ordinal);

        var problems = await FindAsync(Main, Part, Parameters.Replace(text, mistake, StringComparison.Ordinal));

        Assert.Contains(problems, found => found.Contains(problem, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_parameters_file_gives_what_has_no_default()
    {
        var main = Main.Replace("param location string = 'here'", "param location string", StringComparison.Ordinal);

        Assert.Empty(await FindAsync(main, Part, Parameters));
        Assert.Contains("main.bicepparam: is not given location", await FindAsync(main, Part, "using 'main.bicep'\n"));
    }

    private static async Task<IReadOnlyList<string>> FindAsync(string main, string part, string parameters)
    {
        var reason = await BicepReader.FindReasonAsync();
        Skip.If(reason is not null, reason);
        using var folder = TemporaryFolder.Create();
        folder.Add("modules");
        await File.WriteAllTextAsync(folder.At("main.bicep"), main);
        await File.WriteAllTextAsync(folder.At("modules/part.bicep"), part);
        await File.WriteAllTextAsync(folder.At("main.bicepparam"), parameters);
        return BicepProblems.Find(
            await BicepReader.ReadAsync(folder.Path, ["main.bicep", "modules/part.bicep", "main.bicepparam"]));
    }
}
