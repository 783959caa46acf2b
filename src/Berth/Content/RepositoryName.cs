using System.Diagnostics.CodeAnalysis;

namespace Berth.Content;

/// <summary>
/// The <c>&lt;name&gt;</c> of the distribution-spec, at most 255 characters: path components of lower-case letters and
/// digits, joined within by <c>.</c>, <c>_</c>, <c>__</c> or any number of <c>-</c>.
/// </summary>
internal readonly record struct RepositoryName
{
    public const int MaximumLength = 255;

    /// <summary>What a message says of the grammar.</summary>
    public const string Grammar =
        "lower-case letters and digits, separated by one '.', one or two '_' or any number of '-', in components " +
        "joined by '/', at most 255 characters in all";

    private readonly string? _text;

    private RepositoryName(string text) => _text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out RepositoryName name)
    {
        name = default;
        if (text is null || text.Length is 0 or > MaximumLength)
        {
            return false;
        }
        foreach (var component in text.AsSpan().Split('/'))
        {
            if (!IsComponent(text.AsSpan(component)))
            {
                return false;
            }
        }
        name = new RepositoryName(text);
        return true;
    }

    public override string ToString() => _text ?? "";

    private static bool IsComponent(ReadOnlySpan<char> text)
    {
        var i = 0;
        while (true)
        {
            var start = i;
            while (i < text.Length && (char.IsAsciiLetterLower(text[i]) || char.IsAsciiDigit(text[i])))
            {
                i++;
            }
            if (i == start)
            {
                return false; // empty, or a separator that nothing precedes or follows
            }
            if (i == text.Length)
            {
                return true;
            }
            var separator = text[i];
            start = i;
            while (i < text.Length && text[i] == separator)
            {
                i++;
            }
            var length = i - start;
            if (!(separator == '-' || (separator == '_' && length <= 2) || (separator == '.' && length == 1)))
            {
                return false;
            }
        }
    }
}
