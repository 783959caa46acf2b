using Berth.Accounts;
using Berth.Auth;
using Berth.Errors;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints.Api;

/// <summary><c>/api/v1/projects/{project}/members</c> and <c>…/members/{kind}/{member}</c>.</summary>
internal sealed class Members(AccountRecords records)
{
    /// <summary>GET.</summary>
    public async Task<RegistryError?> ListAsync(RegistryRequest request)
    {
        if (!ApiPage.TryRead(request, out var wanted, out var error))
        {
            return error;
        }
        if (await records.Projects.GetAsync(request.Project.ToString()!, request.Aborted) is not { } project)
        {
            return Unknown(request);
        }
        var page = wanted.Of(project.Value.Members, Key);
        wanted.WriteLink(request, page, Key);
        return await ApiAnswer.WriteAsync(request, new([.. page.Items.Select(Answer)]), ApiJson.Instance.MemberList);
    }

    /// <summary>PUT: 201 for a new one, 200 for one that was there.</summary>
    public async Task<RegistryError?> PutAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.MemberRole);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        var (kind, name) = request.Member;
        var id = await FindIdAsync(kind, name, request.Aborted);
        if (id is null && kind.IsOurs())
        {
            return ApiError.NotFound(kind == MemberKind.User ? "user" : "group", name);
        }
        var member = new ProjectMember(kind, name, id, wanted.Role);
        await records.Index.AddMemberAsync(request.Project.ToString()!, member, request.Aborted);
        var isNew = false;
        var refusal = await UpdateAsync(request, members =>
        {
            isNew = !members.Any(other => Is(other, kind, name) && other.Id == id);
            return [.. members.Where(other => !Is(other, kind, name)), member];
        });
        if (refusal is not null)
        {
            return refusal;
        }
        request.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        return await ApiAnswer.WriteAsync(request, Answer(member), ApiJson.Instance.MemberAnswer);
    }

    /// <summary>DELETE: by an owner, or by the member.</summary>
    public async Task<RegistryError?> DeleteAsync(RegistryRequest request)
    {
        var (kind, name) = request.Member;
        var principal = request.Rights.Caller.Principal;
        var rules = (ProjectRules)await request.Rights.RulesAsync(request.Project!.Value, request.Aborted);
        if (!principal.IsAdministrator && rules.RoleOf(principal) < Role.Owner
            && !(MemberKinds.Of(principal) == kind && principal.Name == name))
        {
            return RegistryError.Denied("owners remove others, members themselves");
        }
        var wasThere = false;
        var refusal = await UpdateAsync(request, members =>
        {
            wasThere = members.Any(other => Is(other, kind, name));
            return wasThere ? [.. members.Where(other => !Is(other, kind, name))] : members;
        });
        return refusal ?? (wasThere ? ApiAnswer.Done(request) : ApiError.NotFound("member", name));
    }

    /// <summary>Changes the members, unless none of them would be an owner.</summary>
    private async Task<RegistryError?> UpdateAsync(
        RegistryRequest request, Func<IReadOnlyList<ProjectMember>, IReadOnlyList<ProjectMember>> change)
    {
        RegistryError? error = null;
        var changed = await records.Projects.UpdateAsync(
            request.Project.ToString()!,
            stored =>
            {
                var (before, after) = (stored.Value.Members, change(stored.Value.Members));
                error = before.Any(IsOwner) && !after.Any(IsOwner)
                    ? ApiError.Conflict("the last owner of a project stays one: make another one first")
                    : after.Count > ProjectRecord.MostMembers
                        ? ApiError.Conflict($"a project has at most {ProjectRecord.MostMembers} members; groups count as one")
                        : null;
                return error is null && !ReferenceEquals(before, after) ? stored.Value with { Members = after } : stored.Value;
            },
            request.Aborted);
        return changed is null ? Unknown(request) : error;
    }

    private async Task<string?> FindIdAsync(MemberKind kind, string name, CancellationToken cancellationToken) => kind switch
    {
        MemberKind.User => (await records.Accounts.GetAsync(name, cancellationToken))?.Value.Id,
        MemberKind.Group => (await records.Groups.GetAsync(name, cancellationToken))?.Value is { IsEnding: false } group
            ? group.Id
            : null,
        _ => null,
    };

    private static bool Is(ProjectMember member, MemberKind kind, string name) => member.Kind == kind && member.Name == name;

    private static bool IsOwner(ProjectMember member) => member.Role == Role.Owner;

    private static string Key(ProjectMember member) => $"{member.Kind.Text()}/{member.Name}";

    private static MemberAnswer Answer(ProjectMember member) => new(member.Kind, member.Name, member.Role);

    private static RegistryError Unknown(RegistryRequest request) =>
        RegistryError.ProjectUnknown(request.Project!.Value);
}
