using Berth.Accounts;
using Berth.Content;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary><c>/api/v1/groups</c>, <c>/api/v1/groups/{group}</c> and <c>…/members</c>.</summary>
internal sealed class Groups(AccountRecords records, Memberships memberships, TimeProvider time)
{
    /// <summary>GET.</summary>
    public async Task<RegistryError?> ListAsync(RegistryRequest request)
    {
        if (!ApiPage.TryRead(request, out var wanted, out var error))
        {
            return error;
        }
        var page = await records.Groups.ListAsync(wanted.After, wanted.Count, request.Aborted);
        wanted.WriteLink(request, page, group => group.Name);
        var live = page.Items.Where(group => !group.Value.IsEnding);
        return await ApiAnswer.WriteAsync(request, new([.. live.Select(Answer)]), ApiJson.Instance.GroupList);
    }

    /// <summary>POST: 201; 409 where there is one of the name.</summary>
    public async Task<RegistryError?> CreateAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.NewGroup);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        if (!AccountName.TryParse(wanted.Name, out _))
        {
            return ApiError.NameInvalid("group", wanted.Name, AccountName.Grammar);
        }
        var group = new GroupRecord { Id = Secret.NewId(), Created = time.GetUtcNow() };
        return await records.Groups.TryCreateAsync(wanted.Name, group, request.Aborted)
            ? await ApiAnswer.WriteCreatedAsync(
                request, $"groups/{wanted.Name}", Answer(new(wanted.Name, group, "")), ApiJson.Instance.GroupAnswer)
            : ApiError.Conflict("there is a group of this name, or one being deleted");
    }

    /// <summary>GET of one.</summary>
    public async Task<RegistryError?> GetAsync(RegistryRequest request)
    {
        if (await FindAsync(request) is not { Value.IsEnding: false } group)
        {
            return Unknown(request);
        }
        EntityTag.Write(request, group.Version);
        return await ApiAnswer.WriteAsync(request, Answer(group), ApiJson.Instance.GroupAnswer);
    }

    /// <summary>GET of its members.</summary>
    public async Task<RegistryError?> ListMembersAsync(RegistryRequest request)
    {
        if (!ApiPage.TryRead(request, out var wanted, out var error))
        {
            return error;
        }
        if (await FindAsync(request) is not { Value.IsEnding: false } group)
        {
            return Unknown(request);
        }
        var page = wanted.Of(group.Value.Members, name => name);
        wanted.WriteLink(request, page, name => name);
        return await ApiAnswer.WriteAsync(request, new(page.Items), ApiJson.Instance.GroupMemberList);
    }

    /// <summary>DELETE: also goes on with one that was broken off.</summary>
    public async Task<RegistryError?> DeleteAsync(RegistryRequest request)
    {
        if (await FindAsync(request) is not { } group)
        {
            return Unknown(request);
        }
        if (!EntityTag.IsMeant(request, group.Version))
        {
            return ApiError.Changed();
        }
        return await memberships.EndGroupAsync(group.Name, group.Value.Id, request.Aborted)
            ? ApiAnswer.Done(request)
            : Unknown(request);
    }

    /// <summary>PUT of a member.</summary>
    public async Task<RegistryError?> JoinAsync(RegistryRequest request) =>
        await memberships.JoinAsync(request.Group.ToString(), request.User.ToString(), request.Aborted) switch
        {
            JoinResult.NoGroup => Unknown(request),
            JoinResult.NoUser => ApiError.NotFound("user", request.User.ToString()),
            JoinResult.Full => ApiError.Conflict($"a group has at most {GroupRecord.MostMembers} members"),
            _ => ApiAnswer.Done(request),
        };

    /// <summary>DELETE of a member: what he may do by the group ends at once.</summary>
    public async Task<RegistryError?> LeaveAsync(RegistryRequest request)
    {
        if (await FindAsync(request) is not { } group)
        {
            return Unknown(request);
        }
        var user = request.User.ToString();
        if (!group.Value.Members.Contains(user, StringComparer.Ordinal))
        {
            return ApiError.NotFound("member", user);
        }
        await memberships.LeaveAsync(group.Name, group.Value.Id, user, request.Aborted);
        return ApiAnswer.Done(request);
    }

    private Task<Stored<GroupRecord>?> FindAsync(RegistryRequest request) =>
        records.Groups.GetAsync(request.Group.ToString(), request.Aborted);

    private static GroupAnswer Answer(Stored<GroupRecord> group) =>
        new(group.Name, group.Value.Created, group.Value.Members.Count);

    private static RegistryError Unknown(RegistryRequest request) => ApiError.NotFound("group", request.Group.ToString());
}
