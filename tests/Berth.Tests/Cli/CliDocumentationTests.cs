using System.CommandLine;
using System.Text;
using Berth.Cli;

namespace Berth.Tests.Cli;

/// <summary>That <c>docs/cli.md</c> says of each command what the command says of itself.</summary>
public sealed class CliDocumentationTests
{
    private const string Begin =
        "<!-- From here on as the commands' own help has it: BERTH_WRITE_CLI_DOCS=1 writes it anew in a test. -->\n";

    private static readonly string Document = Path.Combine(ArchitectureTests.Root, "docs", "cli.md");

    [Fact]
    public async Task The_reference_is_what_the_commands_say_of_themselves()
    {
        var text = await File.ReadAllTextAsync(Document);
        var (before, reference) = text.Split(Begin) is [var first, var second] ? (first, second) : (text, "");
        var expected = await HelpAsync();
        if (Environment.GetEnvironmentVariable("BERTH_WRITE_CLI_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Document, before + Begin + expected);
            return;
        }

        Assert.Equal(expected, reference);
    }

    [Fact]
    public async Task Every_example_is_a_command_line_that_is_understood()
    {
        var lines = (await File.ReadAllTextAsync(Document)).Split(Begin)[0].Split('\n')
            .Where(line => line.StartsWith("berth ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lines);
        var command = BerthCommand.Create(Input(TextWriter.Null));
        Assert.All(lines, line =>
        {
            var words = line[line.IndexOf("berth ", StringComparison.Ordinal)..]
                .Split([" | ", " < ", " #"], StringSplitOptions.None)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Empty(command.Parse(words[1..]).Errors.Select(error => $"{line}: {error.Message}"));
        });
    }

    private static async Task<string> HelpAsync()
    {
        var text = new StringBuilder();
        foreach (var words in Leaves(BerthCommand.Create(Input(TextWriter.Null)), []))
        {
            var help = new StringWriter();
            Assert.Equal(0, await BerthCommand.RunAsync([.. words, "--help"], Input(help), CancellationToken.None));
            text.Append('\n').Append("### berth ").AppendJoin(' ', words).Append("\n\n```text\n")
                .AppendJoin('\n', help.ToString().Trim().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()))
                .Append("\n```\n");
        }
        return text.ToString();
    }

    /// <summary>The words of every command that does something.</summary>
    private static IEnumerable<string[]> Leaves(Command command, string[] words) =>
        command.Subcommands.Count == 0
            ? [words]
            : command.Subcommands.SelectMany(one => Leaves(one, [.. words, one.Name]));

    private static CliInput Input(TextWriter output) => new()
    {
        Environment = new Dictionary<string, string>(),
        WorkingDirectory = ArchitectureTests.Root,
        Output = output,
        Error = TextWriter.Null,
    };
}
