namespace Berth.Auth.Oidc;

/// <summary>Everybody whom identity providers vouch for, as the settings have it.</summary>
internal sealed class OidcLogins
{
    /// <exception cref="ArgumentException">A provider may not be asked, or a rule would let anybody in.</exception>
    public OidcLogins(AuthOptions options, TimeProvider time)
    {
        var issuers = new OidcIssuers(IssuerDocuments.CreateClient(), time);
        var people = options.Oidc is { } oidc ? new PeopleLogin(oidc, issuers, time) : null;
        var programs = options.Federation.Count > 0 ? new FederatedLogin(options.Federation, issuers, time) : null;
        Sources = [.. new ICredentialSource?[] { programs, people }.OfType<ICredentialSource>()];
        Tokens = people is null ? [] : [people];
    }

    /// <summary>Those who know tokens that were sent as passwords.</summary>
    public IReadOnlyList<ICredentialSource> Sources { get; }

    /// <summary>Those who know tokens that were sent as such.</summary>
    public IReadOnlyList<ITokenVerifier> Tokens { get; }
}
