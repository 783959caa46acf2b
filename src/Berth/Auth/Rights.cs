using Berth.Content;

namespace Berth.Auth;

/// <summary>What the caller of one request may do: its principal's rights, no more than its credential allows.</summary>
/// <param name="caller">Who asks.</param>
/// <param name="policy">What principals may do.</param>
internal sealed class Rights(Caller caller, IAccessPolicy policy)
{
    private Dictionary<ProjectName, Task<IProjectRules>>? _asked;

    /// <summary>Who asks.</summary>
    public Caller Caller => caller;

    /// <summary>Takes the rules of a project that are being read already.</summary>
    public void Know(ProjectName project, Task<IProjectRules> rules) => (_asked ??= [])[project] = rules;

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
    public async ValueTask<RepositoryActions> OnAsync(ProjectName project, CancellationToken cancellationToken) =>
        (await RulesAsync(project, cancellationToken)).Allowed(caller.Principal);

    /// <summary>The rules of a project, read once in a request.</summary>
    public Task<IProjectRules> RulesAsync(ProjectName project, CancellationToken cancellationToken)
    {
        if (_asked?.TryGetValue(project, out var rules) != true)
        {
            rules = policy.ReadAsync(project, cancellationToken);
            Know(project, rules);
        }
        return rules!;
    }
}
