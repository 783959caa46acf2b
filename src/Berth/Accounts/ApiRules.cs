using Berth.Auth;

namespace Berth.Accounts;

/// <summary>Who may do what through the management API.</summary>
internal sealed class ApiRules(AccountOptions options)
{
    /// <summary>Judges a caller whose credential is right, before the body is read.</summary>
    /// <exception cref="ArgumentException">The access is none of the management API.</exception>
    public async ValueTask<ApiVerdict> JudgeAsync(RegistryRequest request, Access access)
    {
        var caller = request.Rights.Caller;
        if (!caller.AllowsApi)
        {
            return ApiVerdict.LoginNeeded;
        }
        var principal = caller.Principal;
        return access switch
        {
            Access.Anybody => ApiVerdict.Pass,
            Access.SeeProject or Access.JoinedProject or Access.MaintainProject or Access.OwnProject =>
                JudgeProject(await ReadProjectAsync(request), principal, access),
            Access.Register when options.SelfRegistration => ApiVerdict.Pass,
            _ when principal.IsAnonymous => ApiVerdict.LoginNeeded,
            _ => MayPerson(request, principal, access) ? ApiVerdict.Pass : ApiVerdict.Denied,
        };
    }

    /// <summary>Whether somebody may make projects.</summary>
    public bool MayCreateProjects(Principal principal) =>
        principal.Kind == PrincipalKind.User && (principal.IsAdministrator || options.EverybodyCreatesProjects);

    private bool MayPerson(RegistryRequest request, Principal principal, Access access) => access switch
    {
        Access.Person => principal.Kind == PrincipalKind.User,
        Access.Oneself => principal.IsAdministrator
            || (MemberKinds.Of(principal) == MemberKind.User && principal.Name == request.User.ToString()),
        Access.Administrator or Access.Register => principal.IsAdministrator,
        Access.CreateProject => MayCreateProjects(principal),
        _ => throw new ArgumentException($"no access of the management API: {access}", nameof(access)),
    };

    /// <summary>Who is not logged in learns nothing of a project that he may not see; who is, no more than that it is not his.</summary>
    private static ApiVerdict JudgeProject(ProjectRules project, Principal principal, Access access)
    {
        if (principal.IsAnonymous)
        {
            return access == Access.SeeProject && project.IsSeenBy(principal) ? ApiVerdict.Pass : ApiVerdict.LoginNeeded;
        }
        if (!project.IsSeenBy(principal))
        {
            return ApiVerdict.Unknown;
        }
        var role = principal.IsAdministrator ? Role.Owner : project.RoleOf(principal);
        var isEnough = access switch
        {
            Access.SeeProject => true,
            Access.JoinedProject => role is not null,
            Access.MaintainProject => role >= Role.Maintainer,
            _ => role >= Role.Owner,
        };
        return isEnough ? ApiVerdict.Pass : ApiVerdict.Denied;
    }

    private static async Task<ProjectRules> ReadProjectAsync(RegistryRequest request) =>
        (ProjectRules)await request.Rights.RulesAsync(request.Project!.Value, request.Aborted);
}

/// <summary>What becomes of a request of the management API.</summary>
internal enum ApiVerdict
{
    /// <summary>It goes on.</summary>
    Pass,

    /// <summary>401: it needs a login, or another credential.</summary>
    LoginNeeded,

    /// <summary>403: the caller is known, and may not.</summary>
    Denied,

    /// <summary>404: there is no such project, or the caller may not know of it.</summary>
    Unknown,
}
