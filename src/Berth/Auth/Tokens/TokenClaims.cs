using System.Text.Json.Serialization;

namespace Berth.Auth.Tokens;

/// <summary>What Berth's own tokens say: the registered claims of RFC 7519, <c>access</c> of Docker's specification, and Berth's.</summary>
internal sealed record TokenClaims
{
    [JsonPropertyName("iss")]
    public required string Issuer { get; init; }

    /// <summary>The principal's id.</summary>
    [JsonPropertyName("sub")]
    public required string Subject { get; init; }

    [JsonPropertyName("aud")]
    public required string Audience { get; init; }

    [JsonPropertyName("exp")]
    public required long Expires { get; init; }

    [JsonPropertyName("nbf")]
    public required long NotBefore { get; init; }

    [JsonPropertyName("iat")]
    public required long Issued { get; init; }

    [JsonPropertyName("jti")]
    public required string Id { get; init; }

    /// <summary>What the token allows; <see langword="null"/> in one that only makes others.</summary>
    [JsonPropertyName("access")]
    public IReadOnlyList<AccessClaim>? Access { get; init; }

    /// <summary>What kind the principal is of, by its name in <see cref="PrincipalKind"/>.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>Who vouched for the principal.</summary>
    [JsonPropertyName("idp")]
    public required string Provider { get; init; }

    /// <summary>The principal's name there.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The robot's or personal token behind this.</summary>
    [JsonPropertyName("cid")]
    public string? Credential { get; init; }

    /// <summary>The principal's groups, where its provider told of some.</summary>
    [JsonPropertyName("groups")]
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Whether the principal administers the registry, as its provider said.</summary>
    [JsonPropertyName("admin")]
    public bool? IsAdministrator { get; init; }

    /// <summary>The principal that the claims are about.</summary>
    /// <returns><see langword="null"/> where the claims are about none.</returns>
    public Principal? ReadPrincipal()
    {
        if (!Enum.TryParse<PrincipalKind>(Kind, out var kind))
        {
            return null;
        }
        var principal = new Principal(kind, Provider, Name) { Groups = Groups ?? [], IsAdministrator = IsAdministrator == true };
        return principal.Id == Subject ? principal : null;
    }
}
