using Berth.Content;

namespace Berth.Tests.Auth.Tokens;

/// <summary>Values from texts that a test knows to be right.</summary>
internal static class Parsed
{
    public static RepositoryName Name(string text) =>
        RepositoryName.TryParse(text, out var name) ? name : throw new FormatException(text);

    public static RepositoryPattern Pattern(string text) =>
        RepositoryPattern.TryParse(text, out var pattern) ? pattern : throw new FormatException(text);
}
