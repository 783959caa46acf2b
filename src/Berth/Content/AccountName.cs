using System.Diagnostics.CodeAnalysis;

namespace Berth.Content;

/// <summary>The name of a user, a group or a robot: one component of a repository's name, at most 64 characters.</summary>
internal readonly record struct AccountName
{
    public const int MaximumLength = 64;

    /// <summary>What a message says of the grammar.</summary>
    public const string Grammar =
        "lower-case letters and digits, separated by one '.', one or two '_' or any number of '-', at most 64 characters";

    private readonly string? _text;

    private AccountName(string text) => _text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out AccountName name)
    {
        var isName = text is { Length: <= MaximumLength } && ProjectName.TryParse(text, out _);
        name = isName ? new(text!) : default;
        return isName;
    }

    public override string ToString() => _text ?? "";
}
