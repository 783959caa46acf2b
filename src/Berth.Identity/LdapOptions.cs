using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Berth.Identity;

/// <summary>Where a directory is and how people are found in it. Hosts bind it from <c>Berth:Auth:Ldap</c>.</summary>
public sealed partial record LdapOptions
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    /// <summary><c>ldap://host:389</c> or <c>ldaps://host:636</c>; the ports may be left out.</summary>
    public Uri? Url { get; init; }

    /// <summary>
    /// Whether <c>ldap://</c> goes over to TLS before anything is said. Default: <see langword="null"/>, it does unless the
    /// directory is on this machine.
    /// </summary>
    public bool? StartTls { get; init; }

    /// <summary>
    /// A folder of PEM files of the certificate authorities that the directory's certificate is checked by. Default:
    /// <see langword="null"/>, those that the LDAP library is configured with (<c>/etc/ldap/ldap.conf</c>).
    /// </summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>As whom people are searched for; <see langword="null"/> for nobody in particular.</summary>
    public string? SearchDn { get; init; }

    /// <summary>The password of <see cref="SearchDn"/>. Secret.</summary>
    public string? SearchPassword { get; init; }

    /// <summary>Below which entry people are.</summary>
    public string BaseDn { get; init; } = "";

    /// <summary>Which entries people are, besides their name: RFC 4515, <c>(objectClass=person)</c>. Default: any.</summary>
    public string? Filter { get; init; }

    /// <summary>The attribute that holds the name to log in with. Default: <c>uid</c>.</summary>
    public string Uid { get; init; } = "uid";

    /// <summary>How deep below <see cref="BaseDn"/> people are. Default: however deep.</summary>
    public LdapScope Scope { get; init; } = LdapScope.Subtree;

    /// <summary>How long each step may take, 1 s to 1 min. Default: 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The attribute that holds the names of a person's groups, which are DNs as a rule; empty: there are no groups. Default:
    /// <c>memberOf</c>.
    /// </summary>
    public string GroupAttribute { get; init; } = "memberOf";

    /// <summary>The group whose members administer the whole registry, as <see cref="GroupAttribute"/> names it.</summary>
    public string? AdministratorGroup { get; init; }

    /// <summary>How many people may log in at a time, each with a connection. Default: 8.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>How many more may wait; whoever comes then is told to come again. Default: 64.</summary>
    public int Queue { get; init; } = 64;

    /// <summary>Whether the connection goes over to TLS by StartTLS.</summary>
    internal bool UsesStartTls => !IsLdaps && (StartTls ?? !Url!.IsLoopback);

    internal bool IsLdaps => Url!.Scheme == "ldaps";

    internal int Port => Url!.IsDefaultPort || Url.Port < 0 ? IsLdaps ? 636 : 389 : Url.Port;

    /// <summary>Whether a directory can be asked with these.</summary>
    /// <param name="problem">Why not.</param>
    public bool TryCheck([NotNullWhen(false)] out LdapOptionProblem? problem)
    {
        problem = this switch
        {
            { Url: null } => new(nameof(Url), "write ldap://HOST or ldaps://HOST"),
            _ when !IsAddress(Url) => new(nameof(Url), "write ldap://HOST:PORT or ldaps://HOST:PORT, and nothing after it"),
            { StartTls: true, IsLdaps: true } => new(nameof(StartTls), "ldaps:// begins with TLS; StartTLS is for ldap://"),
            { BaseDn: "" } => new(nameof(BaseDn), "name the entry below which people are, such as ou=people,dc=example,dc=org"),
            { SearchDn.Length: > 0, SearchPassword: null or "" } => new(nameof(SearchPassword), "SearchDn needs a password"),
            { SearchDn: null or "", SearchPassword.Length: > 0 } => new(nameof(SearchDn), "SearchPassword is whose?"),
            _ when SearchPassword?.Contains('\0', StringComparison.Ordinal) == true => new(nameof(SearchPassword), "it contains a NUL"),
            _ when !Attribute().IsMatch(Uid) => new(nameof(Uid), "write the name of an attribute, such as uid"),
            _ when GroupAttribute.Length > 0 && !Attribute().IsMatch(GroupAttribute) =>
                new(nameof(GroupAttribute), "write the name of an attribute, such as memberOf"),
            { AdministratorGroup.Length: > 0, GroupAttribute: "" } =>
                new(nameof(AdministratorGroup), "without a GroupAttribute nobody is in it"),
            _ when Filter?.Length > 0 && !LdapFilter.IsBalanced(Filter) =>
                new(nameof(Filter), "write a filter in brackets, such as (objectClass=person)"),
            _ when Timeout < TimeSpan.FromSeconds(1) || Timeout > LongestTimeout => new(nameof(Timeout), "write 1s to 1m"),
            { Concurrency: < 1 } => new(nameof(Concurrency), "at least 1"),
            { Queue: < 0 } => new(nameof(Queue), "at least 0"),
            { TrustedCertificates: { } folder } when !Directory.Exists(folder) =>
                new(nameof(TrustedCertificates), "there is no such folder"),
            _ => null,
        };
        return problem is null;
    }

    private static bool IsAddress(Uri url) =>
        url is { IsAbsoluteUri: true, Scheme: "ldap" or "ldaps", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" }
        && url.AbsolutePath is "" or "/";

    /// <summary>RFC 4512: a name or an OID.</summary>
    [GeneratedRegex(@"\A([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)\z")]
    private static partial Regex Attribute();
}

/// <summary>Why a directory cannot be asked.</summary>
/// <param name="Option">The property of <see cref="LdapOptions"/>.</param>
/// <param name="Reason">What is wrong with it, without its value.</param>
public sealed record LdapOptionProblem(string Option, string Reason);

/// <summary>How deep below an entry a search goes.</summary>
public enum LdapScope
{
    /// <summary>The entry itself.</summary>
    Base,

    /// <summary>The entries right below it.</summary>
    OneLevel,

    /// <summary>It and all below it.</summary>
    Subtree,
}
