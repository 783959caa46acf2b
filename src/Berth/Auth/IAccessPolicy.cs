using Berth.Content;

namespace Berth.Auth;

/// <summary>What principals may do, whatever credential they show.</summary>
internal interface IAccessPolicy
{
    /// <summary>Whether nobody pushes without a login: then <c>/v2/</c> asks for one.</summary>
    bool NeedsLogin { get; }

    /// <summary>The actions that a principal has on every repository of a project, as of now.</summary>
    ValueTask<RepositoryActions> AllowedAsync(
        Principal principal, ProjectName project, CancellationToken cancellationToken);
}
