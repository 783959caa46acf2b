using Berth.Content;

namespace Berth.Accounts;

/// <summary>Who is in which group, and what ends with an account, a group or a project.</summary>
internal sealed class Memberships(AccountRecords records)
{
    /// <summary>Adds an account to a group.</summary>
    public async Task<JoinResult> JoinAsync(string group, string user, CancellationToken cancellationToken)
    {
        var isFull = false;
        var joined = await records.Groups.UpdateAsync(
            group,
            stored =>
            {
                var members = stored.Value.Members;
                isFull = members.Count >= GroupRecord.MostMembers;
                return isFull || stored.Value.IsEnding || members.Contains(user, StringComparer.Ordinal)
                    ? stored.Value
                    : stored.Value with { Members = [.. members.Append(user).Order(StringComparer.Ordinal)] };
            },
            cancellationToken);
        if (joined is null or { IsEnding: true })
        {
            return JoinResult.NoGroup;
        }
        if (!joined.Members.Contains(user, StringComparer.Ordinal))
        {
            return JoinResult.Full;
        }
        var account = await records.Accounts.UpdateAsync(
            user,
            stored => stored.Value.Groups.Any(one => one.Id == joined.Id)
                ? stored.Value
                : stored.Value with { Groups = [.. stored.Value.Groups, new(joined.Id, group)] },
            cancellationToken);
        // Who deletes a group reads its members once nobody is added any more: whoever was late takes back what he wrote.
        if (account is null || (await records.Groups.GetAsync(group, cancellationToken))?.Value is not { IsEnding: false } now
            || now.Id != joined.Id)
        {
            await LeaveAsync(group, joined.Id, user, cancellationToken);
            return account is null ? JoinResult.NoUser : JoinResult.NoGroup;
        }
        return JoinResult.Done;
    }

    /// <summary>Takes an account out of a group.</summary>
    public async Task LeaveAsync(string group, string groupId, string user, CancellationToken cancellationToken)
    {
        await records.Accounts.UpdateAsync(
            user,
            stored => stored.Value.Groups.Any(one => one.Id == groupId)
                ? stored.Value with { Groups = [.. stored.Value.Groups.Where(one => one.Id != groupId)] }
                : stored.Value,
            cancellationToken);
        await ForgetAsync(group, groupId, user, cancellationToken);
    }

    /// <summary>Deletes a group: when this returns, nobody may do anything by it.</summary>
    /// <returns><see langword="false"/> where there is no such group any more.</returns>
    public async Task<bool> EndGroupAsync(string group, string groupId, CancellationToken cancellationToken)
    {
        var ending = await records.Groups.UpdateAsync(
            group,
            stored => stored.Value.Id == groupId && !stored.Value.IsEnding ? stored.Value with { IsEnding = true } : stored.Value,
            cancellationToken);
        if (ending is null || ending.Id != groupId)
        {
            return false;
        }
        foreach (var user in ending.Members)
        {
            await LeaveAsync(group, groupId, user, cancellationToken);
        }
        await LeaveProjectsAsync(MemberKind.Group, group, groupId, cancellationToken);
        if (await records.Groups.GetAsync(group, cancellationToken) is { } stored && stored.Value.Id == groupId)
        {
            await records.Groups.TryDeleteAsync(stored, cancellationToken);
        }
        return true;
    }

    /// <summary>
    /// Deletes an account. It is disabled first, which ends its rights; its record goes last, so that nobody takes the name while
    /// groups and projects still list it.
    /// </summary>
    public async Task EndAccountAsync(string user, string accountId, CancellationToken cancellationToken)
    {
        while (await records.Accounts.UpdateAsync(user, Disable, cancellationToken) is { } account && account.Id == accountId)
        {
            foreach (var group in account.Groups)
            {
                await ForgetAsync(group.Name, group.Id, user, cancellationToken);
            }
            await LeaveProjectsAsync(MemberKind.User, user, accountId, cancellationToken);
            if (await records.Accounts.GetAsync(user, cancellationToken) is { } stored && stored.Value.Id == accountId
                && stored.Value.Groups.SequenceEqual(account.Groups)
                && await records.Accounts.TryDeleteAsync(stored, cancellationToken))
            {
                return;
            }
        }

        AccountRecord Disable(Stored<AccountRecord> stored) =>
            stored.Value.IsDisabled || stored.Value.Id != accountId ? stored.Value : stored.Value with { IsDisabled = true };
    }

    /// <summary>Forgets the robots of a project that is gone: those that name another project's id stay.</summary>
    public async Task ForgetRobotsAsync(ProjectName project, string projectId, CancellationToken cancellationToken)
    {
        var robots = records.Robots(project);
        await foreach (var robot in robots.AllAsync(cancellationToken))
        {
            if (robot.Value.ProjectId == projectId)
            {
                await robots.TryDeleteAsync(robot, cancellationToken);
            }
        }
    }

    private Task<GroupRecord?> ForgetAsync(string group, string groupId, string user, CancellationToken cancellationToken) =>
        records.Groups.UpdateAsync(
            group,
            stored => stored.Value.Id == groupId && stored.Value.Members.Contains(user, StringComparer.Ordinal)
                ? stored.Value with { Members = [.. stored.Value.Members.Where(other => other != user)] }
                : stored.Value,
            cancellationToken);

    private async Task LeaveProjectsAsync(MemberKind kind, string name, string id, CancellationToken cancellationToken)
    {
        bool IsMeant(ProjectMember member) => member.Kind == kind && member.Name == name && member.Id == id;

        await foreach (var project in records.Projects.AllAsync(cancellationToken))
        {
            if (project.Value.Members.Any(IsMeant))
            {
                await records.Projects.UpdateAsync(
                    project.Name,
                    stored => stored.Value with { Members = [.. stored.Value.Members.Where(member => !IsMeant(member))] },
                    cancellationToken);
            }
        }
    }
}

/// <summary>What came of adding an account to a group.</summary>
internal enum JoinResult
{
    /// <summary>It is in it.</summary>
    Done,

    /// <summary>There is no such group.</summary>
    NoGroup,

    /// <summary>There is no such account.</summary>
    NoUser,

    /// <summary>The group has as many members as one may have.</summary>
    Full,
}
