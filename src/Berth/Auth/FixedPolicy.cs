using Berth.Content;

namespace Berth.Auth;

/// <summary>The same actions in every project: where there are no roles.</summary>
/// <param name="anonymous">What everybody may do.</param>
/// <param name="others">What everybody may do who has a name.</param>
internal sealed class FixedPolicy(RepositoryActions anonymous, RepositoryActions others) : IAccessPolicy
{
    public bool NeedsLogin => !anonymous.HasFlag(RepositoryActions.Push);

    public ValueTask<RepositoryActions> AllowedAsync(
        Principal principal, ProjectName project, CancellationToken cancellationToken) =>
        ValueTask.FromResult(principal.IsAnonymous ? anonymous : others);
}
