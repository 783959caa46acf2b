using Berth.Content;

namespace Berth.Auth;

/// <summary>What a credential allows at most, on some repositories.</summary>
/// <param name="Repositories">Which ones.</param>
/// <param name="Actions">What may be done with them.</param>
public sealed record AccessLimit(RepositoryPattern Repositories, RepositoryActions Actions)
{
    /// <summary>Everything.</summary>
    internal static IReadOnlyList<AccessLimit> Unlimited { get; } = [new(RepositoryPattern.All, RepositoryActions.All)];

    /// <summary>What limits allow on one repository: what any of them does; all where there are none.</summary>
    internal static RepositoryActions On(RepositoryName repository, IReadOnlyList<AccessLimit>? limits) => limits is null
        ? RepositoryActions.All
        : limits.Where(limit => limit.Repositories.Includes(repository))
            .Aggregate(RepositoryActions.None, (all, limit) => all | limit.Actions);
}
