namespace Berth.Auth.Oidc;

/// <summary>An identity provider that vouches for people, by OpenID Connect.</summary>
public sealed record OidcOptions
{
    /// <summary>
    /// The provider, exactly as its tokens name it. Its keys are fetched from there, by https; by http from this machine alone.
    /// </summary>
    public required string Issuer { get; init; }

    /// <summary>The registry's name at the provider: the audience of the tokens that are accepted.</summary>
    public required string ClientId { get; init; }

    /// <summary>
    /// The claim that is a person's name here. People must not be able to choose its value at the provider. Default: sub.
    /// </summary>
    public string NameClaim { get; init; } = "sub";

    /// <summary>The claim that lists a person's groups. Default: groups.</summary>
    public string GroupsClaim { get; init; } = "groups";

    /// <summary>The group whose people administer the registry. Default: <see langword="null"/>, none.</summary>
    public string? AdministratorGroup { get; init; }
}
