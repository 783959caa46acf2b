using Berth.Content;

namespace Berth.Auth;

/// <summary>What the caller of one request may do: its principal's rights, no more than its credential allows.</summary>
internal sealed class Rights(Caller caller, IAccessPolicy policy)
{
    private readonly Dictionary<ProjectName, RepositoryActions> _asked = [];

    /// <summary>Who asks.</summary>
    public Caller Caller => caller;

    /// <summary>The actions it may do with a repository.</summary>
    public async ValueTask<RepositoryActions> OnAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        var limit = caller.LimitOn(repository);
        return limit == RepositoryActions.None
            ? limit
            : limit & await OnAsync(ProjectName.Of(repository), cancellationToken);
    }

    /// <summary>Whether the catalog shows it a repository: one that it could pull from with a credential for it.</summary>
    public async ValueTask<bool> SeesAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        var limit = AccessLimit.On(repository, caller.CatalogLimits ?? caller.Limits);
        return limit.HasFlag(RepositoryActions.Pull) &&
            (await OnAsync(ProjectName.Of(repository), cancellationToken)).HasFlag(RepositoryActions.Pull);
    }

    /// <summary>Whether it may do all of some actions with a repository.</summary>
    public async ValueTask<bool> AllowAsync(
        RepositoryName repository, RepositoryActions actions, CancellationToken cancellationToken) =>
        (await OnAsync(repository, cancellationToken) & actions) == actions;

    /// <summary>The actions its principal has in a project; its credential may allow fewer.</summary>
    public async ValueTask<RepositoryActions> OnAsync(ProjectName project, CancellationToken cancellationToken)
    {
        if (!_asked.TryGetValue(project, out var actions))
        {
            actions = await policy.AllowedAsync(caller.Principal, project, cancellationToken);
            _asked[project] = actions;
        }
        return actions;
    }
}
