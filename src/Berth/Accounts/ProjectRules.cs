using Berth.Auth;
using Berth.Content;

namespace Berth.Accounts;

/// <summary>Who may do what in one project, as its record said when it was read.</summary>
/// <param name="policy">Makes the project where there is none.</param>
/// <param name="name">The project's name.</param>
/// <param name="project">The record; <see langword="null"/> where there is no such project: then it is administrators' alone.</param>
internal sealed class ProjectRules(ProjectPolicy policy, ProjectName name, ProjectRecord? project) : IProjectRules
{
    /// <summary>Whether there is such a project.</summary>
    public bool Exists => project is not null;

    public RepositoryActions Allowed(Principal principal)
    {
        if (principal.IsAdministrator)
        {
            return RepositoryActions.All;
        }
        if (project is null)
        {
            return RepositoryActions.None;
        }
        var open = project.Visibility == Visibility.Public ? RepositoryActions.Pull : RepositoryActions.None;
        return open | principal.Kind switch
        {
            // What programs may do is what their credentials allow, each of which names its repositories.
            PrincipalKind.Robot when principal.Identity == project.Id => RepositoryActions.All,
            PrincipalKind.Workload => RepositoryActions.All,
            _ => RoleOf(principal)?.Actions() ?? RepositoryActions.None,
        };
    }

    public string Reason(Principal principal) =>
        principal.IsAdministrator ? "administrator"
        : project is null ? "no such project"
        : principal.Kind is PrincipalKind.Robot or PrincipalKind.Workload ? "credential"
        : RoleOf(principal) is { } role ? role.ToString().ToLowerInvariant()
        : project.Visibility == Visibility.Public ? "public project"
        : "no role";

    /// <summary>The highest role that somebody has as a member, themselves or by a group.</summary>
    public Role? RoleOf(Principal principal)
    {
        if (project is null || MemberKinds.Of(principal) is not { } kind)
        {
            return null;
        }
        var groups = MemberKinds.GroupsOf(kind);
        Role? highest = null;
        foreach (var member in project.Members)
        {
            var isMember = member.Kind == kind ? member.Name == principal.Name && member.Id == principal.Identity
                // Groups of accounts are known by their ids: a later group of the name is another.
                : member.Kind == groups && principal.Groups.Contains(member.Id ?? member.Name, StringComparer.Ordinal);
            if (isMember && !(highest >= member.Role))
            {
                highest = member.Role;
            }
        }
        return highest;
    }

    /// <summary>Whether somebody may know that there is such a project.</summary>
    public bool IsSeenBy(Principal principal) =>
        project is not null && (principal.IsAdministrator || project.Visibility == Visibility.Public
            || RoleOf(principal) is not null || (principal.Kind == PrincipalKind.Robot && principal.Identity == project.Id));

    public async Task EnsureAsync(Principal founder, CancellationToken cancellationToken)
    {
        if (project is null)
        {
            await policy.TryCreateAsync(name, Visibility.Private, founder, cancellationToken);
        }
    }
}
