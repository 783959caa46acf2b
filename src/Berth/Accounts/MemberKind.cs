using System.Text.Json.Serialization;
using Berth.Auth;

namespace Berth.Accounts;

/// <summary>Who a member of a project is, and who says so.</summary>
[JsonConverter(typeof(NameConverter<MemberKind>))]
internal enum MemberKind
{
    /// <summary>An account.</summary>
    User,

    /// <summary>Whoever is in a group of accounts.</summary>
    Group,

    /// <summary>Somebody by the name that the directory (LDAP) knows.</summary>
    LdapUser,

    /// <summary>Whoever is in a group of the directory.</summary>
    LdapGroup,

    /// <summary>Somebody by the name that the identity provider (OpenID Connect) tells.</summary>
    OidcUser,

    /// <summary>Whoever is in a group, as the identity provider tells.</summary>
    OidcGroup,
}

/// <summary>Which members principals are.</summary>
internal static class MemberKinds
{
    private const string Directory = "ldap";

    /// <summary>What kind of member a person is; <see langword="null"/> for what is no person.</summary>
    public static MemberKind? Of(Principal principal) => principal switch
    {
        { Kind: not PrincipalKind.User } => null,
        { Issuer: Principal.Accounts } => MemberKind.User,
        { Issuer: Directory } => MemberKind.LdapUser,
        _ => MemberKind.OidcUser,
    };

    /// <summary>What kind of member the groups of a person are.</summary>
    public static MemberKind GroupsOf(MemberKind person) => person switch
    {
        MemberKind.User => MemberKind.Group,
        MemberKind.LdapUser => MemberKind.LdapGroup,
        _ => MemberKind.OidcGroup,
    };

    /// <summary>Whether Berth itself keeps what a member of this kind is.</summary>
    public static bool IsOurs(this MemberKind kind) => kind is MemberKind.User or MemberKind.Group;
}
