using Berth.Accounts;
using Berth.Auth;
using Berth.Auth.Audit;
using Berth.Endpoints.Api;
using Berth.Stores;

namespace Berth;

/// <summary>Every endpoint of the management API, a line each.</summary>
internal static class ApiRouteTable
{
    /// <summary>What all of its paths begin with.</summary>
    public const string Root = "/api/v1";

    private const string ProjectsPath = Root + "/projects";
    private const string Project = ProjectsPath + "/{project}";
    private const string MembersPath = Project + "/members";
    private const string Member = MembersPath + "/{kind}/{member}";
    private const string RobotsPath = Project + "/robots";
    private const string Robot = RobotsPath + "/{robot}";
    private const string UsersPath = Root + "/users";
    private const string User = UsersPath + "/{user}";
    private const string Tokens = Root + "/user/tokens";
    private const string GroupsPath = Root + "/groups";
    private const string Group = GroupsPath + "/{group}";
    private const string GroupMember = Group + "/members/{user}";

    public static Route[] Create(
        AccountOptions options, AccountRecords records, RepositoryStore repositories, AuditLog log,
        PasswordVerification passwords, TimeProvider time)
    {
        var memberships = new Memberships(records);
        var administrators = new Administrators(records, time);
        var projects = new Projects(records, new(records, time), memberships, repositories);
        var members = new Members(records);
        var robots = new Robots(records, time);
        var users = new Users(records, administrators, memberships, passwords, time);
        var tokens = new PersonalTokens(records, time);
        var audit = new ListAudit(log);
        var groups = new Groups(records, memberships, time);
        return
        [
            new("list-projects", ["GET"], ProjectsPath, Access.Anybody, projects.ListAsync),
            new("create-project", ["POST"], ProjectsPath, Access.CreateProject, projects.CreateAsync),
            new("get-project", ["GET"], Project, Access.SeeProject, projects.GetAsync),
            new("change-project", ["PATCH"], Project, Access.MaintainProject, projects.ChangeAsync),
            new("delete-project", ["DELETE"], Project, Access.OwnProject, projects.DeleteAsync),
            new("list-members", ["GET"], MembersPath, Access.JoinedProject, members.ListAsync),
            new("put-member", ["PUT"], Member, Access.OwnProject, members.PutAsync),
            new("delete-member", ["DELETE"], Member, Access.JoinedProject, members.DeleteAsync),
            new("list-robots", ["GET"], RobotsPath, Access.MaintainProject, robots.ListAsync),
            new("create-robot", ["POST"], RobotsPath, Access.MaintainProject, robots.CreateAsync),
            new("get-robot", ["GET"], Robot, Access.MaintainProject, robots.GetAsync),
            new("delete-robot", ["DELETE"], Robot, Access.MaintainProject, robots.DeleteAsync),
            new("rotate-robot", ["POST"], Robot + "/rotate", Access.MaintainProject, robots.RotateAsync),
            new("list-project-audit", ["GET"], Project + "/audit", Access.MaintainProject, audit.HandleAsync),
            new("list-audit", ["GET"], Root + "/audit", Access.Administrator, audit.HandleAsync),
            new("list-users", ["GET"], UsersPath, Access.Administrator, users.ListAsync),
            new("create-user", ["POST"], UsersPath, Access.Register, users.CreateAsync),
            new("get-user", ["GET"], User, Access.Oneself, users.GetAsync),
            new("change-user", ["PATCH"], User, Access.Administrator, users.ChangeAsync),
            new("delete-user", ["DELETE"], User, Access.Administrator, users.DeleteAsync),
            new("set-password", ["PUT"], User + "/password", Access.Oneself, users.SetPasswordAsync),
            new("current-user", ["GET"], Root + "/user", Access.Login, new CurrentUser(records, new(options)).HandleAsync),
            new("list-tokens", ["GET"], Tokens, Access.Person, tokens.ListAsync),
            new("create-token", ["POST"], Tokens, Access.Person, tokens.CreateAsync),
            new("delete-token", ["DELETE"], Tokens + "/{token}", Access.Person, tokens.DeleteAsync),
            new("list-groups", ["GET"], GroupsPath, Access.Administrator, groups.ListAsync),
            new("create-group", ["POST"], GroupsPath, Access.Administrator, groups.CreateAsync),
            new("get-group", ["GET"], Group, Access.Administrator, groups.GetAsync),
            new("delete-group", ["DELETE"], Group, Access.Administrator, groups.DeleteAsync),
            new("list-group-members", ["GET"], Group + "/members", Access.Administrator, groups.ListMembersAsync),
            new("join-group", ["PUT"], GroupMember, Access.Administrator, groups.JoinAsync),
            new("leave-group", ["DELETE"], GroupMember, Access.Administrator, groups.LeaveAsync),
            new("openapi", ["GET"], Root + "/openapi.json", Access.None, OpenApiDocument.HandleAsync),
            new("setup", ["POST"], Root + "/setup", Access.None, new Setup(records, administrators).HandleAsync),
        ];
    }
}
