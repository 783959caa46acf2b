using Berth.Accounts;

namespace Berth.Endpoints.Api;

/// <summary>A project.</summary>
/// <param name="Name">Its name: the first component of its repositories' names.</param>
/// <param name="Visibility">Who sees it without being a member.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Role">The caller's own role in it, where there is one.</param>
internal sealed record ProjectAnswer(string Name, Visibility Visibility, DateTimeOffset Created, Role? Role);

/// <summary>Projects in ordinal order.</summary>
internal sealed record ProjectList(IReadOnlyList<ProjectAnswer> Projects);

/// <summary>A project to make.</summary>
internal sealed record NewProject
{
    public required string Name { get; init; }

    public Visibility Visibility { get; init; } = Visibility.Private;
}

/// <summary>What to change of a project; what is absent stays.</summary>
internal sealed record ProjectChange
{
    public Visibility? Visibility { get; init; }
}

/// <summary>A member of a project.</summary>
internal sealed record MemberAnswer(MemberKind Kind, string Name, Role Role);

/// <summary>Members, in ordinal order of kind and name.</summary>
internal sealed record MemberList(IReadOnlyList<MemberAnswer> Members);

/// <summary>What a member is to be.</summary>
internal sealed record MemberRole
{
    public required Role Role { get; init; }
}

/// <summary>A robot.</summary>
/// <param name="Name">Its name in its project.</param>
/// <param name="Login">The user name that it logs in with.</param>
/// <param name="Access">What it may do.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="LastUsed">When it logged in last, to the hour.</param>
/// <param name="Secret">Its password: only in the answer that makes it.</param>
internal sealed record RobotAnswer(
    string Name, string Login, IReadOnlyList<AccessEntry> Access, DateTimeOffset Created, DateTimeOffset? Expires,
    DateTimeOffset? LastUsed, string? Secret);

/// <summary>Robots in ordinal order.</summary>
internal sealed record RobotList(IReadOnlyList<RobotAnswer> Robots);

/// <summary>A robot to make, with a role or with access.</summary>
internal sealed record NewRobot
{
    public required string Name { get; init; }

    /// <summary>Short for access to all of the project.</summary>
    public Role? Role { get; init; }

    public IReadOnlyList<AccessEntry>? Access { get; init; }

    public DateTimeOffset? Expires { get; init; }
}

/// <summary>An account.</summary>
internal sealed record UserAnswer(
    string Name, bool IsAdministrator, bool IsDisabled, IReadOnlyList<string> Groups, DateTimeOffset Created);

/// <summary>Accounts in ordinal order.</summary>
internal sealed record UserList(IReadOnlyList<UserAnswer> Users);

/// <summary>An account to make.</summary>
internal sealed record NewUser
{
    public required string Name { get; init; }

    public required string Password { get; init; }

    public bool IsAdministrator { get; init; }
}

/// <summary>What to change of an account; what is absent stays.</summary>
internal sealed record UserChange
{
    public bool? IsAdministrator { get; init; }

    public bool? IsDisabled { get; init; }
}

/// <summary>Another password.</summary>
internal sealed record NewPassword
{
    public required string Password { get; init; }

    /// <summary>The present one; administrators need none.</summary>
    public string? OldPassword { get; init; }
}

/// <summary>Who asks, and with what rights.</summary>
/// <param name="Id">The one text for this principal, as tokens have it in <c>sub</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Issuer">Who vouches for the name.</param>
/// <param name="Name">The name there.</param>
/// <param name="IsAdministrator">Whether it administers the registry.</param>
/// <param name="Groups">Its groups.</param>
/// <param name="Access">What the credential allows at most; absent where it allows all that the principal may do.</param>
/// <param name="Api">Whether the credential allows this API.</param>
/// <param name="CreatesProjects">Whether it may make projects.</param>
internal sealed record CallerAnswer(
    string Id, string Kind, string Issuer, string Name, bool IsAdministrator, IReadOnlyList<string> Groups,
    IReadOnlyList<AccessEntry>? Access, bool Api, bool CreatesProjects);

/// <summary>A personal token.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Access">What it allows at most.</param>
/// <param name="Api">Whether it allows this API.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="LastUsed">When somebody logged in with it last, to the hour.</param>
/// <param name="Secret">The password that it is: only in the answer that makes it.</param>
internal sealed record TokenAnswer(
    string Id, string Name, IReadOnlyList<AccessEntry> Access, bool Api, DateTimeOffset Created, DateTimeOffset? Expires,
    DateTimeOffset? LastUsed, string? Secret);

/// <summary>Personal tokens, in the order of their making.</summary>
internal sealed record TokenList(IReadOnlyList<TokenAnswer> Tokens);

/// <summary>A personal token to make.</summary>
internal sealed record NewToken
{
    public required string Name { get; init; }

    /// <summary>What it allows at most; absent for all that the account may do.</summary>
    public IReadOnlyList<AccessEntry>? Access { get; init; }

    public bool Api { get; init; }

    public DateTimeOffset? Expires { get; init; }
}

/// <summary>A group of accounts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Members">How many accounts are in it.</param>
internal sealed record GroupAnswer(string Name, DateTimeOffset Created, int Members);

/// <summary>Groups in ordinal order.</summary>
internal sealed record GroupList(IReadOnlyList<GroupAnswer> Groups);

/// <summary>A group to make.</summary>
internal sealed record NewGroup
{
    public required string Name { get; init; }
}

/// <summary>The names of accounts in a group, in ordinal order.</summary>
internal sealed record GroupMemberList(IReadOnlyList<string> Members);

/// <summary>The first administrator, to be made with the one-time code that the registry printed.</summary>
internal sealed record FirstAdministrator
{
    public required string Code { get; init; }

    public required string Name { get; init; }

    public required string Password { get; init; }
}
