using System.Diagnostics.CodeAnalysis;

namespace Berth.Content;

/// <summary>
/// A project: the repositories whose names have its name as their first of several components; <c>library</c> has those besides
/// whose names are one component.
/// </summary>
internal readonly record struct ProjectName
{
    private const string LibraryText = "library";

    private readonly string? _text;

    private ProjectName(string text) => _text = text;

    /// <summary>Whether it is the project of repositories of one component.</summary>
    public bool IsLibrary => _text == LibraryText;

    /// <summary>That project.</summary>
    public static ProjectName Library { get; } = new(LibraryText);

    /// <summary>The project of a repository.</summary>
    public static ProjectName Of(RepositoryName repository)
    {
        var text = repository.ToString();
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return new(slash < 0 ? LibraryText : text[..slash]);
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out ProjectName name)
    {
        var isName = RepositoryName.TryParse(text, out _) && !text!.Contains('/', StringComparison.Ordinal);
        name = isName ? new(text!) : default;
        return isName;
    }

    public override string ToString() => _text ?? "";
}
