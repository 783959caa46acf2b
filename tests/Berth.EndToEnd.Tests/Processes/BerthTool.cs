using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>The berth command, as the program that was built.</summary>
public static class BerthTool
{
    private static string[] Command(string[] arguments) =>
        [Path.Join(AppContext.BaseDirectory, "Berth.Cli.dll"), .. arguments];

    /// <summary>Runs it to its end.</summary>
    public static Task<ProgramResult> RunAsync(
        ITestOutputHelper output, IReadOnlyDictionary<string, string?> variables, params string[] arguments) =>
        new ClientProgram(Repository.Dotnet, variables, output).TryRunAsync(Command(arguments));

    /// <summary>Starts it, to be killed.</summary>
    public static ChildProcess Start(params string[] arguments) =>
        ChildProcess.Start(new ProcessStartInfo(Repository.Dotnet, Command(arguments)));

    /// <summary>What it printed for <c>--json</c>.</summary>
    public static JsonNode Json(ProgramResult result) => JsonNode.Parse(result.Output)!;
}
