using System.CommandLine;
using System.CommandLine.Parsing;

namespace Berth.Cli.Management;

/// <summary>What all commands of the management API have in common.</summary>
internal sealed class ManagementOptions(CliInput input)
{
    public Option<bool> Json { get; } = new("--json") { Description = "print the registry's JSON, as one document" };

    public Option<string?> Registry { get; } = new("--registry")
    {
        Description = "the registry to ask; without it BERTH_URL, or the one logged in to last",
        HelpName = "URL",
    };

    public Option<bool> Insecure { get; } = new("--insecure")
    {
        Description = "allow a registry on another machine without encryption",
    };

    /// <summary>All commands of the management API.</summary>
    public static IEnumerable<Command> Commands(CliInput input)
    {
        var options = new ManagementOptions(input);
        return
        [
            LoginCommand.Create(options), LogoutCommand.Create(options), RegistryCommand.Create(options),
            SetupCommand.Create(options), WhoAmICommand.Create(options), ProjectCommand.Create(options),
            MemberCommand.Create(options), UserCommand.Create(options), GroupCommand.Create(options),
            RobotCommand.Create(options, input), TokenCommand.Create(options, input), AuditCommand.Create(options),
        ];
    }

    /// <summary>A name or the like that a command needs.</summary>
    public static Argument<string> Name(string name, string description) => new(name) { Description = description };

    /// <summary>How many entries of a list are shown.</summary>
    public static Option<int> Limit(int usual = 1000)
    {
        var limit = new Option<int>("--limit")
        {
            Description = "how many to show at most",
            HelpName = "N",
            DefaultValueFactory = _ => usual,
        };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000)
                result.AddError("--limit is a number from 1 to 1000000.");
        });
        return limit;
    }

    /// <summary>Whether to do without a question what cannot be undone.</summary>
    public static Option<bool> Yes() => new("--yes", "-y") { Description = "do not ask" };

    /// <summary>Whether the password comes from another program.</summary>
    public static Option<bool> PasswordFromInput() =>
        new("--password-stdin") { Description = "read the password from the input instead of asking for it" };

    /// <summary>Whether an option stands in the command line, right or wrong.</summary>
    public static bool IsGiven(CommandResult command, Option option) => command.GetResult(option) is { Implicit: false };

    /// <summary>A command to a registry that the options or the environment name.</summary>
    public Command Create(
        string name, string description, IEnumerable<Symbol> symbols, Func<ManagementRun, CancellationToken, Task> action) =>
        CreateLocal(name, description, [.. symbols, Registry], action);

    /// <summary>A command that finds its registry by itself, or needs none.</summary>
    public Command CreateLocal(
        string name, string description, IEnumerable<Symbol> symbols, Func<ManagementRun, CancellationToken, Task> action)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols.Concat([Insecure, Json]))
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        }
        command.SetAction((result, token) => RunAsync(result, action, token));
        return command;
    }

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    private async Task<int> RunAsync(
        ParseResult result, Func<ManagementRun, CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        // Ctrl-C is listened for as soon as this returns: before a terminal is told anything that has to be undone.
        await Task.Yield();
        try
        {
            using var run = new ManagementRun(input, result, this);
            await action(run, cancellationToken);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await input.Error.WriteLineAsync();
            return ExitCode.Cancelled;
        }
        catch (Exception e) when (e is CommandException or RefusedException or IOException or UnauthorizedAccessException)
        {
            await input.Error.WriteLineAsync($"berth: {PrintableText.Of(e.Message.ReplaceLineEndings(" "))}");
            return ExitCode.Failed;
        }
    }
}
