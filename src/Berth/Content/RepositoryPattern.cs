using System.Diagnostics.CodeAnalysis;

namespace Berth.Content;

/// <summary>
/// Some of the repositories: one by its name (<c>library/alpine</c>), all below a path (<c>team/*</c>), or all (<c>*</c>). Those
/// of one component are in the project library, and so below <c>library/*</c>.
/// </summary>
public readonly record struct RepositoryPattern
{
    private const string Below = "/*";

    /// <summary>What a message says of the grammar.</summary>
    public const string Grammar = "a repository such as library/alpine, library/* for all below a path, or * for all";

    private const string Every = "*";

    private readonly string? _text;

    private RepositoryPattern(string text) => _text = text;

    /// <summary>All repositories.</summary>
    internal static RepositoryPattern All { get; } = new(Every);

    /// <summary>Reads a pattern; <see langword="false"/> where it is none by <see cref="Grammar"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RepositoryPattern pattern)
    {
        pattern = text is null ? default : new(text);
        return text == Every || RepositoryName.TryParse(
            text?.EndsWith(Below, StringComparison.Ordinal) == true ? text[..^Below.Length] : text, out _);
    }

    /// <summary>The one repository of a name.</summary>
    internal static RepositoryPattern Of(RepositoryName repository) => new(repository.ToString());

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";

    /// <summary>Whether a repository is one of them.</summary>
    internal bool Includes(RepositoryName repository)
    {
        var text = ToString();
        return text == Every
            || (text.EndsWith(Below, StringComparison.Ordinal)
                ? repository.ToString().StartsWith(text[..^1], StringComparison.Ordinal)
                    || text[..^Below.Length] == ProjectName.Of(repository).ToString()
                : repository.ToString() == text);
    }
}
