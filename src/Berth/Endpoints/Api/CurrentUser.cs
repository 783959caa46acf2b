using Berth.Accounts;
using Berth.Auth;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary><c>GET /api/v1/user</c>: who asks, and with what rights. Programs may ask, too.</summary>
internal sealed class CurrentUser(AccountRecords records, ApiRules rules)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        var caller = request.Rights.Caller;
        var principal = caller.Principal;
        var groups = MemberKinds.Of(principal) == MemberKind.User
            ? (await records.Accounts.GetAsync(principal.Name, request.Aborted))?.Value.Groups.Select(group => group.Name)
            : principal.Groups;
        var access = caller.Limits?.Select(
            limit => new AccessEntry(limit.Repositories.ToString(), [.. limit.Actions.Names()]));
        return await ApiAnswer.WriteAsync(
            request,
            new(
                principal.Id, principal.Kind.ToString().ToLowerInvariant(), principal.Issuer, principal.Name,
                principal.IsAdministrator, [.. groups ?? []], access is null ? null : [.. access], caller.AllowsApi,
                rules.MayCreateProjects(principal)),
            ApiJson.Instance.CallerAnswer);
    }
}
