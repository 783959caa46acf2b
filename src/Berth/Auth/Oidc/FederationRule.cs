using Berth.Content;

namespace Berth.Auth.Oidc;

/// <summary>What programs may do that an identity provider vouches for, such as the jobs of a CI system.</summary>
/// <remarks>A program may do what any rule that its token meets allows.</remarks>
public sealed record FederationRule
{
    /// <summary>
    /// The provider, exactly as its tokens name it: <c>https://token.actions.githubusercontent.com</c>. Its keys are fetched from
    /// there, by https; by http from this machine alone.
    /// </summary>
    public required string Issuer { get; init; }

    /// <summary>The audience that a token must be for, exactly: one that the provider gives for this registry alone.</summary>
    public required string Audience { get; init; }

    /// <summary>
    /// Claims that a token must have, by their names, each with exactly this value; at least one. A claim that is a list must
    /// hold it. Tokens of runs for pull and merge requests are refused unless the claim is here that tells of one.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Claims { get; init; }

    /// <summary>Which repositories; at least one pattern.</summary>
    public required IReadOnlyList<RepositoryPattern> Repositories { get; init; }

    /// <summary>What may be done with them.</summary>
    public required RepositoryActions Actions { get; init; }
}
