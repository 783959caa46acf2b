using Berth.Content;

namespace Berth.Auth;

/// <summary>What principals may do, whatever credential they show.</summary>
internal interface IAccessPolicy
{
    /// <summary>Whether nobody pushes without a login: then <c>/v2/</c> asks for one.</summary>
    bool NeedsLogin { get; }

    /// <summary>The rules of a project, as of now: of one that does not exist, too.</summary>
    Task<IProjectRules> ReadAsync(ProjectName project, CancellationToken cancellationToken);
}

/// <summary>Who may do what in one project.</summary>
internal interface IProjectRules
{
    /// <summary>The actions that a principal has on every repository of the project.</summary>
    RepositoryActions Allowed(Principal principal);

    /// <summary>Why a principal has the actions that it has, or none: a role, a mode. For the audit.</summary>
    string Reason(Principal principal);

    /// <summary>Makes the project for somebody whose push its rules allow, unless there is one.</summary>
    Task EnsureAsync(Principal founder, CancellationToken cancellationToken);
}
