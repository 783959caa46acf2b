using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Auth.Tokens;

/// <summary>What a signed token has to be like, whoever makes it: exact issuer and audience, one of a few algorithms, begun.</summary>
/// <remarks>When it ends is left to whoever asked, for an upload may outlive its token; but it has to end.</remarks>
internal sealed class TokenRules
{
    /// <summary>Every algorithm with a public key that the platform has: never <c>none</c>, nor one with a shared secret.</summary>
    public static readonly IReadOnlyList<string> PublicKeyAlgorithms =
    [
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
    ];

    /// <summary>How far the clocks of those who make and read tokens may differ.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);

    private const int LeastRsaBits = 2048;

    private readonly JsonWebTokenHandler _handler = new();
    private readonly TokenValidationParameters _parameters;

    /// <param name="issuer">The one issuer.</param>
    /// <param name="audience">The audience that has to be the token's, or among the token's.</param>
    /// <param name="algorithms">Those accepted.</param>
    /// <param name="time">Tells what has begun.</param>
    public TokenRules(string issuer, string audience, IEnumerable<string> algorithms, TimeProvider time) => _parameters = new()
    {
        ValidIssuer = issuer,
        ValidAudience = audience,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        ValidAlgorithms = algorithms,
        LifetimeValidator = (notBefore, expires, _, _) =>
            expires is not null && !(notBefore - Leeway > time.GetUtcNow().UtcDateTime),
    };

    /// <summary>Whether a key may verify tokens at all: one of RSA with enough bits, or of an elliptic curve.</summary>
    public static bool IsUsable(SecurityKey key) => key switch
    {
        RsaSecurityKey => key.KeySize >= LeastRsaBits,
        ECDsaSecurityKey => true,
        JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.RSA } jwk => jwk.KeySize >= LeastRsaBits,
        JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve } => true,
        _ => false,
    };

    /// <summary>Whether a token was signed with a key, and is as it has to be.</summary>
    public async Task<bool> AreMetAsync(CompactJwt token, SecurityKey key)
    {
        if (key is JsonWebKey { Alg: { Length: > 0 } algorithm } && algorithm != token.Algorithm)
        {
            return false; // RFC 7517, 4.4: the key is for another one
        }
        var parameters = _parameters.Clone();
        parameters.IssuerSigningKeyResolver = (_, _, _, _) => [key]; // whoever asks has found it by the token's header
        return (await _handler.ValidateTokenAsync(token.Text, parameters)).IsValid;
    }
}
