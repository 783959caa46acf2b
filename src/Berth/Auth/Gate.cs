using Berth.Accounts;
using Berth.Auth.Audit;
using Berth.Auth.Tokens;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Auth;

/// <summary>Decides whether a request may pass, before its body is read.</summary>
/// <remarks>
/// Whoever may not pull from a repository gets one answer whatever is or is not there: 401 with a challenge that names the scope
/// needed. Nothing of the repository is read before.
/// </remarks>
/// <param name="authenticator">Who finds out who asks; <see langword="null"/> where anybody may do anything.</param>
/// <param name="policy">What principals may do.</param>
/// <param name="challenge">How a credential is asked for.</param>
/// <param name="uploads">Sessions, which outlive the tokens of their owners.</param>
/// <param name="time">Tells when tokens end.</param>
/// <param name="api">What principals may do through the management API; <see langword="null"/> where there is none.</param>
internal sealed class Gate(
    Authenticator? authenticator, IAccessPolicy policy, Challenge challenge, UploadStore uploads, TimeProvider time,
    ApiRules? api = null)
{
    /// <returns>Why the request may not pass; <see langword="null"/> where it may.</returns>
    public Task<RegistryError?> AdmitAsync(RegistryRequest request, Route route)
    {
        if (authenticator is null || route.Access == Access.None)
        {
            request.Rights = new(Caller.Anonymous, policy);
            return Task.FromResult<RegistryError?>(null);
        }
        return AuthenticateAsync(authenticator, request, route);
    }

    private async Task<RegistryError?> AuthenticateAsync(Authenticator authenticator, RegistryRequest request, Route route)
    {
        // Both read from the store: beside each other, not one after the other.
        var project = request.Project;
        var rules = project is null ? null : policy.ReadAsync(project.Value, request.Aborted);
        var authentication = await authenticator.AuthenticateAsync(request.Context, request.Aborted);
        if (authentication.RetryAfter is { } wait)
        {
            return RegistryError.TooManyRequests(wait);
        }
        if (authentication.Caller is not { } caller)
        {
            return Refuse(request, route, "invalid_token");
        }
        request.Rights = new(caller, policy);
        if (rules is not null)
        {
            request.Rights.Know(project!.Value, rules);
        }
        if (caller.Expires + TokenRules.Leeway <= time.GetUtcNow() && !await IsOwnUploadAsync(request, route, caller))
        {
            AuditFacts.Of(request.Context).Rule = "token expired";
            return Refuse(request, route, "invalid_token");
        }
        if (route.Access.IsManagement())
        {
            return await JudgeAsync(request, route);
        }
        var may = await MayAsync(request, route);
        AuditFacts.Of(request.Context).Rule = await RuleAsync(request, route);
        if (!may)
        {
            return Refuse(request, route, "insufficient_scope");
        }
        if (route.Access == Access.Push)
        {
            await (await rules!).EnsureAsync(caller.Principal, request.Aborted);
        }
        return null;
    }

    private static RepositoryActions Needed(Access access) => access switch
    {
        Access.Pull => RepositoryActions.Pull,
        Access.Push => RepositoryActions.Pull | RepositoryActions.Push,
        Access.Delete => RepositoryActions.Delete,
        _ => RepositoryActions.None,
    };

    private async ValueTask<RegistryError?> JudgeAsync(RegistryRequest request, Route route)
    {
        var verdict = await api!.JudgeAsync(request, route.Access);
        var facts = AuditFacts.Of(request.Context);
        facts.IsDenied = verdict != ApiVerdict.Pass;
        facts.Rule = request.Project is { } project
            ? (await request.Rights.RulesAsync(project, request.Aborted)).Reason(request.Rights.Caller.Principal)
            : request.Rights.Caller.Principal.IsAdministrator ? "administrator" : "login";
        return verdict switch
        {
            ApiVerdict.Pass => null,
            ApiVerdict.LoginNeeded => Refuse(request, route, "insufficient_scope"),
            ApiVerdict.Unknown => RegistryError.ProjectUnknown(request.Project!.Value),
            _ => RegistryError.Denied("your role does not allow this"),
        };
    }

    private async ValueTask<bool> MayAsync(RegistryRequest request, Route route)
    {
        var caller = request.Rights.Caller;
        return route.Access switch
        {
            Access.Login => !policy.NeedsLogin || !caller.Principal.IsAnonymous,
            // A client that has shown nothing is asked first: it may have a credential, and would not see all it could.
            Access.Catalog => !policy.NeedsLogin || (caller != Caller.Anonymous && caller.AllowsCatalog),
            _ => await request.Rights.AllowAsync(request.Repository, Needed(route.Access), request.Aborted),
        };
    }

    /// <summary>What decides whether a caller may pass, for the audit.</summary>
    private static async ValueTask<string?> RuleAsync(RegistryRequest request, Route route)
    {
        var caller = request.Rights.Caller;
        if (request.Project is not { } project)
        {
            return null;
        }
        var needed = Needed(route.Access);
        return (caller.LimitOn(request.Repository) & needed) != needed
            ? "limit of the credential"
            : (await request.Rights.RulesAsync(project, request.Aborted)).Reason(caller.Principal);
    }

    /// <summary>
    /// Whether a token that has ended may go on with an upload all the same: one of its own principal, which began while the
    /// token was valid. A layer may take longer than a token lives.
    /// </summary>
    private async Task<bool> IsOwnUploadAsync(RegistryRequest request, Route route, Caller caller) =>
        route.Pattern == RouteTable.Upload
        && await uploads.GetAsync(request.UploadOwner, request.Upload, request.Aborted) is { } upload
        && upload.Session.Started <= caller.Expires;

    private RegistryError Refuse(RegistryRequest request, Route route, string error)
    {
        var scope = route.Access switch
        {
            Access.Login => null,
            Access.Catalog => Challenge.CatalogScope,
            _ when route.Access.IsManagement() => Challenge.ApiScope,
            _ => Challenge.Scope(request.Repository, Needed(route.Access)),
        };
        // RFC 6750: who has shown no token is told of no error.
        return RegistryError.Unauthorized(challenge.Header(scope, request.IsBearer ? error : null), scope);
    }
}
