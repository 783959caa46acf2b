using System.Text;

namespace Berth.Cli;

/// <summary>A line that a person types and nobody sees.</summary>
internal static class HiddenLine
{
    private const char EndOfInput = '\u0004';
    private const char EraseLine = '\u0015';

    /// <returns>The line; <see langword="null"/> where the input ended.</returns>
    public static string? Read()
    {
        var line = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    return line.ToString();
                case { KeyChar: EndOfInput }:
                    return null;
                case { KeyChar: EraseLine }:
                    line.Clear();
                    break;
                case { Key: ConsoleKey.Backspace }:
                    line.Length = Math.Max(0, line.Length - 1);
                    break;
                case { KeyChar: var letter } when !char.IsControl(letter):
                    line.Append(letter);
                    break;
            }
        }
    }
}
