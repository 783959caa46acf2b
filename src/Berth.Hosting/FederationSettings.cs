using Berth.Auth;
using Berth.Auth.Oidc;
using Berth.Content;

namespace Berth.Hosting;

/// <summary>The settings of identity providers: rules for programs by name, and the one that vouches for people.</summary>
internal static class FederationSettings
{
    private const string Federation = "Berth:Auth:Federation:";
    private const string Rule = Federation + "NAME:";
    private const string Issuer = "Issuer";
    private const string Audience = "Audience";
    private const string Claims = "Claims:";
    private const string Repositories = "Repositories";
    private const string Actions = "Actions";

    private const string Oidc = "Berth:Auth:Oidc:";
    private const string OidcIssuer = Oidc + "Issuer";
    private const string ClientId = Oidc + "ClientId";
    private const string NameClaim = Oidc + "NameClaim";
    private const string GroupsClaim = Oidc + "GroupsClaim";
    private const string AdministratorGroup = Oidc + "AdministratorGroup";

    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (Rule + Issuer, "programs: the identity provider, as its tokens name it"),
        (Rule + Audience, "programs: whom a token must be for"),
        (Rule + Claims + "CLAIM", "programs: what a claim must be, exactly"),
        (Rule + Repositories, "programs: which repositories: team/app, team/*"),
        (Rule + Actions, "programs: pull, push, delete"),
        (OidcIssuer, "people: the identity provider, as its tokens name it"),
        (ClientId, "people: the registry's name there"),
        (NameClaim, "people: the claim that is a person's name here (sub)"),
        (GroupsClaim, "people: the claim that lists a person's groups (groups)"),
        (AdministratorGroup, "people: the group that administers the registry (none)"),
    ];

    /// <summary>Whether a name is that of a rule's setting, whatever the rule is called.</summary>
    public static bool IsOfRule(string name)
    {
        var parts = name.Split(':');
        return name.StartsWith(Federation, StringComparison.OrdinalIgnoreCase) && parts.Length >= 5 && parts[3].Length > 0
            && (parts.Length == 5
                ? new[] { Issuer, Audience, Repositories, Actions }.Contains(parts[4], StringComparer.OrdinalIgnoreCase)
                : parts[4].Equals("Claims", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What programs may do that providers vouch for.</summary>
    public static IReadOnlyList<FederationRule> BindRules(Settings settings) =>
    [
        .. settings.Below(Federation)
            .Where(found => IsOfRule(Federation + found.Name))
            .Select(found => found.Name.Split(':')[0])
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.Ordinal)
            .Select(name => BindRule(settings, $"{Federation}{name}:")),
    ];

    /// <summary>Who vouches for people; <see langword="null"/> where nobody does.</summary>
    public static OidcOptions? BindPeople(Settings settings)
    {
        if (settings.Text(OidcIssuer) is not { } issuer)
            return settings.Text(ClientId) is null ? null : throw settings.Refusal(ClientId, $"{OidcIssuer} is needed with it");
        var options = new OidcOptions
        {
            Issuer = issuer,
            ClientId = settings.Text(ClientId) ?? throw settings.Refusal(OidcIssuer, $"{ClientId} is needed with it"),
            AdministratorGroup = settings.Text(AdministratorGroup),
        };
        return options with
        {
            NameClaim = settings.Text(NameClaim) ?? options.NameClaim,
            GroupsClaim = settings.Text(GroupsClaim) ?? options.GroupsClaim,
        };
    }

    private static FederationRule BindRule(Settings settings, string section)
    {
        var claims = settings.Below(section + Claims)
            .ToDictionary(found => found.Name, found => settings.Text(section + Claims + found.Name)!, StringComparer.Ordinal);
        if (claims.Count == 0)
            throw Missing(Claims + "CLAIM");
        var repositories = settings.ReadList<RepositoryPattern>(
            section + Repositories, RepositoryPattern.TryParse, RepositoryPattern.Grammar);
        var actions = settings.ReadList<RepositoryActions>(section + Actions, TryAction, "pull, push or delete");
        return new()
        {
            Issuer = settings.Text(section + Issuer) ?? throw Missing(Issuer),
            Audience = settings.Text(section + Audience) ?? throw Missing(Audience),
            Claims = claims,
            Repositories = repositories.Count > 0 ? repositories : throw Missing(Repositories),
            Actions = actions.Count > 0
                ? actions.Aggregate(RepositoryActions.None, (all, one) => all | one)
                : throw Missing(Actions),
        };

        SettingsException Missing(string name) => new($"{section}{name}: it is needed for the rule");
    }

    private static bool TryAction(string text, out RepositoryActions action) =>
        Enum.TryParse(text, ignoreCase: true, out action)
        && action is RepositoryActions.Pull or RepositoryActions.Push or RepositoryActions.Delete && text.All(char.IsAsciiLetter);
}
