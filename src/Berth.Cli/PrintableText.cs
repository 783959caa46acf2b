using System.Globalization;
using System.Text;

namespace Berth.Cli;

/// <summary>Names that others chose, as a terminal may be shown them.</summary>
internal static class PrintableText
{
    /// <summary>A text on one line, with characters that a terminal obeys written as numbers: <c>\u001b</c>.</summary>
    public static string Of(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            if (char.IsControl(letter))
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                plain.Append(letter);
        }
        return plain.ToString();
    }
}
