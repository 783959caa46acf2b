using Berth.Content;

namespace Berth.Auth.Tokens;

/// <summary>What a client asks a token for: <c>repository:name:pull,push</c> of Docker's scope grammar.</summary>
/// <param name="Repository">The repository; <see langword="null"/> for what is the registry's.</param>
/// <param name="Actions">What is to be done with it.</param>
/// <param name="Registry">What is asked for of the registry: its catalog or its management API.</param>
internal readonly record struct TokenScope(
    RepositoryName? Repository, RepositoryActions Actions, AccessClaim? Registry = null)
{
    /// <summary>The most scopes of one token: they and the token have to fit into a header.</summary>
    public const int Most = 20;

    /// <summary>The most characters of one: a name and more actions than there are.</summary>
    private const int Longest = RepositoryName.MaximumLength + 100;

    /// <summary>Reads every scope of a request; several may stand in one parameter, separated by spaces.</summary>
    /// <param name="parameters">The parameters' values.</param>
    /// <param name="scopes">The scopes: several of one repository made one, those of unknown kinds left out.</param>
    /// <returns><see langword="false"/> where there are too many, or one is too long.</returns>
    public static bool TryParse(IEnumerable<string?> parameters, out IReadOnlyList<TokenScope> scopes)
    {
        scopes = [];
        var texts = parameters.SelectMany(text => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (texts.Count > Most || texts.Exists(text => text.Length > Longest))
        {
            return false;
        }
        scopes =
        [
            .. texts.Select(Parse).OfType<TokenScope>().GroupBy(scope => (scope.Repository, scope.Registry))
                .Select(same => same.Aggregate((one, other) => one with { Actions = one.Actions | other.Actions })),
        ];
        return true;
    }

    /// <returns><see langword="null"/> for a scope of an unknown kind.</returns>
    private static TokenScope? Parse(string text)
    {
        var first = text.IndexOf(':', StringComparison.Ordinal);
        var last = text.LastIndexOf(':');
        if (first < 0 || first == last)
        {
            return null;
        }
        var (type, name, actions) = (text[..first], text[(first + 1)..last], text[(last + 1)..].Split(','));
        // A class, such as that of Docker's plugins, tells what the images are for: rights do not depend on it.
        type = type.EndsWith(')') ? type.Split('(')[0] : type;
        return (type, name) switch
        {
            ("registry", "catalog") when actions.Contains("*") => new(null, RepositoryActions.None, AccessClaim.Catalog),
            ("registry", "api") when actions.Contains("*") => new(null, RepositoryActions.None, AccessClaim.Api),
            ("repository", _) when RepositoryName.TryParse(name, out var repository) =>
                new TokenScope(repository, ActionNames.Parse(actions)),
            _ => null,
        };
    }
}
