using Berth.Content;

namespace Berth.Auth;

/// <summary>The same actions in every project: where there are no roles.</summary>
/// <param name="anonymous">What everybody may do.</param>
/// <param name="others">What everybody may do who has a name.</param>
internal sealed class FixedPolicy(RepositoryActions anonymous, RepositoryActions others) : IAccessPolicy, IProjectRules
{
    public bool NeedsLogin => !anonymous.HasFlag(RepositoryActions.Push);

    public Task<IProjectRules> ReadAsync(ProjectName project, CancellationToken cancellationToken) =>
        Task.FromResult<IProjectRules>(this);

    public RepositoryActions Allowed(Principal principal) => principal.IsAnonymous ? anonymous : others;

    public string Reason(Principal principal) => principal.IsAnonymous ? "anybody" : "any login";

    public Task EnsureAsync(Principal founder, CancellationToken cancellationToken) => Task.CompletedTask;
}
