using System.Globalization;
using System.Text;

namespace Berth.Cli;

/// <summary>Names that others chose, as a terminal may be shown them.</summary>
internal static class PrintableText
{
    /// <summary>
    /// A text on one line, with characters that a terminal obeys, or that turn or hide what is written, as numbers:
    /// <c>\u001b</c>.
    /// </summary>
    public static string Of(string text)
    {
        if (!text.Any(IsUnseen))
            return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            if (IsUnseen(letter))
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                plain.Append(letter);
        }
        return plain.ToString();
    }

    private static bool IsUnseen(char letter) => char.GetUnicodeCategory(letter)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
