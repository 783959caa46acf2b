using Berth.Content;

namespace Berth.Auth;

/// <summary>How a client is asked for a credential: <c>WWW-Authenticate</c> of RFC 9110, with Docker's parameters.</summary>
/// <param name="Realm">What a client shows its user; or, for tokens, where it asks for one.</param>
/// <param name="Service">The audience of the tokens; <see langword="null"/> where Basic is asked for.</param>
internal sealed record Challenge(string Realm, string? Service)
{
    public const string CatalogScope = "registry:catalog:*";

    public const string ApiScope = "registry:api:*";

    /// <summary>The scope of some actions on a repository: <c>repository:name:pull,push</c>.</summary>
    public static string Scope(RepositoryName repository, RepositoryActions actions) =>
        $"repository:{repository}:{actions.Text()}";

    /// <summary>The header's value.</summary>
    /// <param name="scope">What a token has to grant.</param>
    /// <param name="error">What is wrong with the token that was sent: a code of RFC 6750.</param>
    public string Header(string? scope, string? error)
    {
        if (Service is null)
        {
            return $"Basic realm={Quote(Realm)}, charset=\"UTF-8\"";
        }
        var value = $"Bearer realm={Quote(Realm)},service={Quote(Service)}";
        value += scope is null ? "" : $",scope={Quote(scope)}";
        return value + (error is null ? "" : $",error={Quote(error)}");
    }

    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
