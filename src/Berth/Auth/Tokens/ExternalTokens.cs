using System.Text.Json;
using Berth.Stores;

namespace Berth.Auth.Tokens;

/// <summary>Reads the tokens of another server, by Docker's token specification: their <c>access</c> says what is allowed.</summary>
internal sealed class ExternalTokens : ITokenVerifier
{
    private readonly string _issuer;
    private readonly TrustedKeys _keys;
    private readonly TokenRules _rules;

    /// <exception cref="ArgumentException">There is no usable key, or an algorithm that is none of those that can be accepted.</exception>
    public ExternalTokens(ExternalTokenOptions options, TimeProvider time)
    {
        var unknown = options.Algorithms.FirstOrDefault(name => !TokenRules.PublicKeyAlgorithms.Contains(name));
        if (unknown is not null || options.Algorithms.Count == 0)
        {
            throw new ArgumentException(
                $"'{unknown}' is no algorithm of tokens; there are {string.Join(", ", TokenRules.PublicKeyAlgorithms)}",
                nameof(options));
        }
        _issuer = options.Issuer;
        _keys = new(options.RootCertificates, options.Jwks, time);
        _rules = new(options.Issuer, options.Service, options.Algorithms, time);
    }

    /// <inheritdoc/>
    public async Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        if (!CompactJwt.TryParse(token, out var jwt) || _keys.Find(jwt) is not { } key ||
            jwt.Expires is null || !await _rules.AreMetAsync(jwt, key) || !TryReadAccess(jwt, out var access))
        {
            return null;
        }
        // Whoever the server gave no name to is still somebody whom it let in.
        return new(new(PrincipalKind.User, _issuer, jwt.Claim("sub") ?? ""))
        {
            Limits = AccessClaim.Limits(access, within: null),
            AllowsCatalog = access.Exists(entry => entry.AllowsCatalog),
            CatalogLimits = AccessLimit.Unlimited,
            Expires = jwt.Expires,
        };
    }

    private static bool TryReadAccess(CompactJwt token, out List<AccessClaim> access)
    {
        access = [];
        if (!token.Claims.TryGetProperty("access", out var claim))
        {
            return true; // a login, for nothing in particular
        }
        try
        {
            access = [.. (claim.Deserialize(BerthJson.Instance.IReadOnlyListAccessClaim) ?? []).OfType<AccessClaim>()];
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
