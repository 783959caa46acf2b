namespace Berth.Auth.Tokens;

/// <summary>A token server of somebody else's, as an operator tells of it.</summary>
public sealed record ExternalTokenOptions
{
    /// <summary>Every algorithm that can be accepted.</summary>
    public static IReadOnlyList<string> KnownAlgorithms => TokenRules.PublicKeyAlgorithms;

    /// <summary>Where clients ask for tokens.</summary>
    public required Uri Realm { get; init; }

    /// <summary>The registry's name at the token server: the audience of its tokens.</summary>
    public required string Service { get; init; }

    /// <summary>The token server's name in its tokens.</summary>
    public required string Issuer { get; init; }

    /// <summary>
    /// Certificates as PEM. A token is signed with the key of one, named by its <c>kid</c> (libtrust's fingerprint or the
    /// thumbprint of RFC 7638), or has a chain of certificates to one in <c>x5c</c>. Default: none.
    /// </summary>
    public string? RootCertificates { get; init; }

    /// <summary>A set of keys in JSON, RFC 7517, each named by its <c>kid</c>. Default: none.</summary>
    public string? Jwks { get; init; }

    /// <summary>
    /// Which algorithms are accepted, of ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384 and PS512. Default: all of these.
    /// </summary>
    public IReadOnlyList<string> Algorithms { get; init; } = TokenRules.PublicKeyAlgorithms;
}
