namespace Berth.Auth;

/// <summary>Who sends a request, as far as it was proved.</summary>
/// <param name="Kind">What kind of caller it is.</param>
/// <param name="Issuer">
/// Who vouches for the name: <c>accounts</c>, <c>htpasswd</c>, <c>ldap</c>, or the URL of a token's issuer. Empty for the
/// anonymous one.
/// </param>
/// <param name="Name">The name there. Empty for the anonymous one.</param>
public sealed record Principal(PrincipalKind Kind, string Issuer, string Name)
{
    /// <summary>Nobody in particular.</summary>
    public static Principal Anonymous { get; } = new(PrincipalKind.Anonymous, "", "");

    /// <summary>The issuer of accounts and robots: Berth itself.</summary>
    internal const string Accounts = "accounts";

    /// <summary>
    /// What tells this account from a later one of its name; for a robot, its project from a later one. <see langword="null"/>
    /// where others than Berth vouch for the name.
    /// </summary>
    public string? Identity { get; init; }

    /// <summary>The groups that the issuer says it belongs to: by their names, or, where it is Berth, by their ids.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Whether it administers the whole registry.</summary>
    public bool IsAdministrator { get; init; }

    /// <summary>Whether nothing was proved.</summary>
    public bool IsAnonymous => Kind == PrincipalKind.Anonymous;

    /// <summary>The one text for this principal: in tokens, upload sessions and the audit log.</summary>
    public string Id => IsAnonymous ? "anonymous" : $"{Kind.ToString().ToLowerInvariant()}:{Issuer}:{Name}";
}
