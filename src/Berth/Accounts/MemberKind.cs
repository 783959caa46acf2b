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
    private const int LongestForeignName = 128;

    private static readonly (MemberKind Kind, string Text)[] Texts =
    [
        (MemberKind.User, "user"), (MemberKind.Group, "group"), (MemberKind.LdapUser, "ldap-user"),
        (MemberKind.LdapGroup, "ldap-group"), (MemberKind.OidcUser, "oidc-user"), (MemberKind.OidcGroup, "oidc-group"),
    ];

    /// <summary>What a message says of the kinds.</summary>
    public static string Grammar { get; } = string.Join(", ", Texts.Select(one => one.Text));

    /// <summary>A kind as paths have it.</summary>
    public static string Text(this MemberKind kind) => Array.Find(Texts, one => one.Kind == kind).Text;

    /// <summary>Reads a kind.</summary>
    public static bool TryParse(string text, out MemberKind kind)
    {
        var found = Array.Find(Texts, one => one.Text == text);
        kind = found.Kind;
        return found.Text is not null;
    }

    /// <summary>Whether somebody whom Berth does not know may have this name: any text without control characters.</summary>
    public static bool IsForeignName(string text) =>
        text.Length is > 0 and <= LongestForeignName && !text.Any(char.IsControl);

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
