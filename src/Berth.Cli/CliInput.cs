using System.Collections;

namespace Berth.Cli;

/// <summary>What the process is given from outside, so that tests can give something else.</summary>
internal sealed record CliInput
{
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>For results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>For problems, questions, and for the bar.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where answers are read from, and passwords that another program gives.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>
    /// Hides what is typed until the result is disposed of; <see langword="null"/> where <see cref="Input"/> is no person's
    /// terminal.
    /// </summary>
    public Func<IDisposable>? HideTyping { get; init; }

    /// <summary>Whether <see cref="Output"/> is a person's terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>How many columns the terminal behind <see cref="Error"/> has; <see langword="null"/> where there is none.</summary>
    public Func<int>? Columns { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static CliInput OfThisProcess() => new()
    {
        Environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
        WorkingDirectory = Directory.GetCurrentDirectory(),
        Output = Console.Out,
        Error = Console.Error,
        Input = Console.IsInputRedirected ? Console.In : TerminalInput.Open(),
        HideTyping = Console.IsInputRedirected ? null : TerminalInput.Hide,
        OutputIsTerminal = !Console.IsOutputRedirected,
        Columns = Console.IsErrorRedirected ? null : () => Console.WindowWidth,
    };

    /// <summary>A variable of the environment; <see langword="null"/> where it is absent or empty.</summary>
    public string? Variable(string name) => Environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
