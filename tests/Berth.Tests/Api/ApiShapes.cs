using Berth.Auth.Audit;
using Berth.Endpoints.Api;

namespace Berth.Tests.Api;

/// <summary>What a request and an answer of the management API look like: what the route table does not say.</summary>
/// <param name="Summary">What it does.</param>
/// <param name="Status">The status of success.</param>
/// <param name="Body">What is sent.</param>
/// <param name="Answer">What is answered.</param>
internal sealed record ApiShape(string Summary, int Status, Type? Body = null, Type? Answer = null)
{
    /// <summary>Whether there are <c>n</c> and <c>last</c>.</summary>
    public bool IsPaged { get; init; }

    /// <summary>What else the query may say.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Whether an <c>ETag</c> is answered or an <c>If-Match</c> is taken.</summary>
    public bool IsVersioned { get; init; }

    private static readonly string[] AuditFilters = ["from", "to", "principal", "repository", "action", "decision"];

    /// <summary>Each by the id of its route.</summary>
    public static IReadOnlyDictionary<string, ApiShape> All { get; } = new Dictionary<string, ApiShape>
    {
        ["list-projects"] = new("Lists the projects that the caller may see", 200, null, typeof(ProjectList)) { IsPaged = true },
        ["create-project"] = new("Makes a project, which the caller owns", 201, typeof(NewProject), typeof(ProjectAnswer)),
        ["get-project"] = new("Shows a project", 200, null, typeof(ProjectAnswer)) { IsVersioned = true },
        ["change-project"] = new("Changes a project's settings", 200, typeof(ProjectChange), typeof(ProjectAnswer)) { IsVersioned = true },
        ["delete-project"] = new("Ends a project; its repositories stay, for administrators alone", 204) { IsVersioned = true },
        ["list-members"] = new("Lists a project's members", 200, null, typeof(MemberList)) { IsPaged = true },
        ["put-member"] = new("Gives a member a role, or another", 200, typeof(MemberRole), typeof(MemberAnswer)),
        ["delete-member"] = new("Removes a member; members may remove themselves", 204),
        ["list-robots"] = new("Lists a project's robots", 200, null, typeof(RobotList)) { IsPaged = true },
        ["create-robot"] = new("Makes a robot; its secret is in this answer alone", 201, typeof(NewRobot), typeof(RobotAnswer)),
        ["get-robot"] = new("Shows a robot", 200, null, typeof(RobotAnswer)),
        ["delete-robot"] = new("Deletes a robot, whose secret and tokens end at once", 204),
        ["rotate-robot"] = new("Gives a robot another secret; the one before ends at once", 200, null, typeof(RobotAnswer)),
        ["list-project-audit"] = new("Tells who did what in a project, newest first", 200, null, typeof(AuditPage)) { IsPaged = true, Filters = AuditFilters },
        ["list-audit"] = new("Tells who did what, newest first", 200, null, typeof(AuditPage)) { IsPaged = true, Filters = AuditFilters },
        ["list-users"] = new("Lists accounts", 200, null, typeof(UserList)) { IsPaged = true },
        ["create-user"] = new("Makes an account", 201, typeof(NewUser), typeof(UserAnswer)),
        ["get-user"] = new("Shows an account", 200, null, typeof(UserAnswer)) { IsVersioned = true },
        ["change-user"] = new("Changes an account; one that is disabled is out at once", 200, typeof(UserChange), typeof(UserAnswer)) { IsVersioned = true },
        ["delete-user"] = new("Deletes an account with its tokens and memberships", 204) { IsVersioned = true },
        ["set-password"] = new("Sets an account's password; tokens got with the one before end", 204, typeof(NewPassword)),
        ["current-user"] = new("Tells who asks, and what the credential allows", 200, null, typeof(CallerAnswer)),
        ["list-tokens"] = new("Lists the caller's personal tokens", 200, null, typeof(TokenList)) { IsPaged = true },
        ["create-token"] = new("Makes a personal token; its secret is in this answer alone", 201, typeof(NewToken), typeof(TokenAnswer)),
        ["delete-token"] = new("Revokes a personal token at once", 204),
        ["list-groups"] = new("Lists groups", 200, null, typeof(GroupList)) { IsPaged = true },
        ["create-group"] = new("Makes a group", 201, typeof(NewGroup), typeof(GroupAnswer)),
        ["get-group"] = new("Shows a group", 200, null, typeof(GroupAnswer)) { IsVersioned = true },
        ["delete-group"] = new("Deletes a group; what its members may do by it ends", 204) { IsVersioned = true },
        ["list-group-members"] = new("Lists the accounts in a group", 200, null, typeof(GroupMemberList)) { IsPaged = true },
        ["join-group"] = new("Adds an account to a group", 204),
        ["leave-group"] = new("Takes an account out of a group", 204),
        ["setup"] = new("Makes the first administrator with the printed one-time code", 201, typeof(FirstAdministrator), typeof(UserAnswer)),
        ["openapi"] = new("Shows this document", 200),
    };
}
