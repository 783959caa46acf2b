using Berth.Accounts;
using Berth.Auth;
using Berth.Content;
using Berth.Storage;

namespace Berth.Tests.Accounts;

/// <summary>Who may do what in a project, by its record alone.</summary>
public sealed class ProjectRulesTests
{
    private const RepositoryActions PullPush = RepositoryActions.Pull | RepositoryActions.Push;

    private static readonly Principal Alice = new(PrincipalKind.User, Principal.Accounts, "alice") { Identity = "1" };

    [Theory]
    [InlineData("reader", RepositoryActions.Pull)]
    [InlineData("writer", PullPush)]
    [InlineData("maintainer", RepositoryActions.All)]
    [InlineData("owner", RepositoryActions.All)]
    public void A_role_allows_what_it_says(string role, RepositoryActions expected) =>
        Assert.Equal(expected, Rules(Visibility.Private, Member(MemberKind.User, "alice", "1", role)).Allowed(Alice));

    [Fact]
    public void The_highest_of_several_roles_counts()
    {
        var inGroup = Alice with { Groups = ["g1", "g2"] };

        Assert.Equal(Role.Writer, Rules(
            Visibility.Private, Member(MemberKind.Group, "one", "g1", "reader"), Member(MemberKind.User, "alice", "1", "writer"),
            Member(MemberKind.Group, "two", "g2", "reader")).RoleOf(inGroup));
    }

    [Theory]
    [InlineData(false, RepositoryActions.None)]
    [InlineData(true, RepositoryActions.Pull)]
    public void Who_is_no_member_pulls_from_a_public_project_alone(bool isPublic, RepositoryActions expected)
    {
        var visibility = isPublic ? Visibility.Public : Visibility.Private;
        var rules = Rules(visibility, Member(MemberKind.User, "bob", "2", "owner"));

        Assert.Equal(expected, rules.Allowed(Alice));
        Assert.Equal(expected, rules.Allowed(Principal.Anonymous));
        Assert.Equal(isPublic, rules.IsSeenBy(Alice));
        Assert.Null(rules.RoleOf(Alice));
    }

    [Fact]
    public void A_later_account_or_group_of_a_members_name_is_no_member()
    {
        var rules = Rules(
            Visibility.Private, Member(MemberKind.User, "alice", "1", "owner"), Member(MemberKind.Group, "devs", "g1", "owner"));

        Assert.Equal(RepositoryActions.None, rules.Allowed(Alice with { Identity = "2", Groups = ["g2", "devs"] }));
    }

    [Theory]
    [InlineData("user")]
    [InlineData("ldap-user")]
    [InlineData("oidc-user")]
    public void Who_vouches_for_a_name_is_part_of_it(string text)
    {
        Assert.True(MemberKinds.TryParse(text, out var kind));
        var people = new[]
        {
            (MemberKind.User, Alice), (MemberKind.LdapUser, new Principal(PrincipalKind.User, "ldap", "alice")),
            (MemberKind.OidcUser, new Principal(PrincipalKind.User, "https://issuer.test", "alice")),
        };
        var rules = Rules(Visibility.Private, Member(kind, "alice", kind == MemberKind.User ? "1" : null, "reader"));

        Assert.All(people, one => Assert.Equal(
            one.Item1 == kind ? RepositoryActions.Pull : RepositoryActions.None, rules.Allowed(one.Item2)));
    }

    [Fact]
    public void A_group_of_the_directory_is_not_one_of_accounts_nor_of_the_identity_provider()
    {
        var rules = Rules(Visibility.Private, Member(MemberKind.LdapGroup, "devs", null, "writer"));
        string[] groups = ["devs"];

        Assert.Equal(PullPush, rules.Allowed(new(PrincipalKind.User, "ldap", "x") { Groups = groups }));
        Assert.Equal(RepositoryActions.None, rules.Allowed(Alice with { Groups = groups }));
        Assert.Equal(RepositoryActions.None, rules.Allowed(new(PrincipalKind.User, "https://i.test", "x") { Groups = groups }));
        Assert.Equal(RepositoryActions.None, rules.Allowed(new(PrincipalKind.Workload, "ldap", "x") { Groups = groups })
            & Rules(null).Allowed(new(PrincipalKind.Workload, "ldap", "x")));
    }

    [Fact]
    public void A_robot_may_act_in_its_own_project_alone()
    {
        var robot = new Principal(PrincipalKind.Robot, Principal.Accounts, "team+ci") { Identity = "p1" };

        Assert.Equal(RepositoryActions.All, Rules(Visibility.Private).Allowed(robot));
        Assert.Equal(RepositoryActions.None, Rules(Visibility.Private).Allowed(robot with { Identity = "p2" }));
        Assert.Equal(RepositoryActions.Pull, Rules(Visibility.Public).Allowed(robot with { Identity = "p2" }));
        Assert.Equal(RepositoryActions.None, Rules(null).Allowed(robot));
        // A member of the robot's name is a person.
        Assert.Equal(RepositoryActions.None, Rules(
            Visibility.Private, Member(MemberKind.User, "team+ci", null, "owner")).Allowed(robot with { Identity = null }));
    }

    [Fact]
    public void What_is_no_project_is_administrators_alone()
    {
        Assert.Equal(RepositoryActions.None, Rules(null).Allowed(Alice));
        Assert.Equal(RepositoryActions.None, Rules(null).Allowed(Principal.Anonymous));
        Assert.Equal(RepositoryActions.All, Rules(null).Allowed(Alice with { IsAdministrator = true }));
        Assert.False(Rules(null).IsSeenBy(Alice with { IsAdministrator = true }));
    }

    private static ProjectMember Member(MemberKind kind, string name, string? id, string role) =>
        new(kind, name, id, Enum.Parse<Role>(role, ignoreCase: true));

    private static ProjectRules Rules(Visibility? visibility, params ProjectMember[] members)
    {
        Assert.True(ProjectName.TryParse("team", out var name));
        var project = visibility is null ? null : new ProjectRecord
        {
            Id = "p1",
            Visibility = visibility.Value,
            Created = DateTimeOffset.UnixEpoch,
            Members = members,
        };
        return new(new(new(new MemoryRecords()), TimeProvider.System), name, project);
    }
}
