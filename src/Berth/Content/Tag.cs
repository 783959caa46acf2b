using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Berth.Content;

/// <summary>A tag of the distribution-spec: <c>[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}</c>.</summary>
internal readonly record struct Tag
{
    public const int MaximumLength = 128;

    /// <summary>What a message says of the grammar.</summary>
    public const string Grammar = "1 to 128 letters, digits, '_', '.' and '-', the first neither '.' nor '-'";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private readonly string? _text;

    private Tag(string text) => _text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out Tag tag)
    {
        tag = default;
        if (text is null || text.Length is 0 or > MaximumLength || text[0] is '.' or '-' ||
            text.AsSpan().ContainsAnyExcept(Allowed))
        {
            return false;
        }
        tag = new Tag(text);
        return true;
    }

    public override string ToString() => _text ?? "";
}
