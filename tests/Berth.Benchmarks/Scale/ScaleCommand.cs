using System.CommandLine;
using Berth.TestTools;

namespace Berth.Benchmarks.Scale;

/// <summary>The command line of the calculation: writes its tables into docs/scale.md.</summary>
internal static class ScaleCommand
{
    public const string Name = "scale";

    private const string Folder = "tests/Berth.Benchmarks/Scale";

    public static Task<int> RunAsync(string[] args)
    {
        var prices = new Option<string>("--prices")
        {
            Description = "a file of prices",
            DefaultValueFactory = _ => Repository.PathOf($"{Folder}/prices.json"),
        };
        var limits = new Option<string>("--limits")
        {
            Description = "a file of what the platform serves",
            DefaultValueFactory = _ => Repository.PathOf($"{Folder}/limits.json"),
        };
        var print = new Option<bool>("--print") { Description = "print the tables and leave docs/scale.md" };
        var command = new RootCommand("Calculates what the platform serves and what it costs, from the calls that tests measure.")
        {
            prices, limits, print,
        };
        command.SetAction(result =>
        {
            var tables = ScaleTables.Write(
                File.ReadAllText(Repository.PathOf("docs/storage.md")),
                ScaleInputs.Read<PlatformLimits>(result.GetValue(limits)!),
                ScaleInputs.Read<Prices>(result.GetValue(prices)!));
            if (result.GetValue(print))
            {
                Console.Write(tables);
                return;
            }

            var document = Repository.PathOf("docs/scale.md");
            File.WriteAllText(document, ScaleTables.Replace(File.ReadAllText(document), tables));
        });
        return command.Parse(args).InvokeAsync();
    }
}
