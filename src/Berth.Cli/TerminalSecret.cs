using System.Text;

namespace Berth.Cli;

/// <summary>Reads what a person types without showing it.</summary>
internal static class TerminalSecret
{
    /// <summary>Asks, and reads to the end of the line.</summary>
    public static string Ask(string question)
    {
        Console.Error.Write(question);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (key.KeyChar != '\0')
                typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
