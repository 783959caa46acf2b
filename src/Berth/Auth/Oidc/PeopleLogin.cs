using System.Text.Json;
using Berth.Auth.Tokens;

namespace Berth.Auth.Oidc;

/// <summary>Logs people in by the tokens of an identity provider: sent as they are, or as the password of any name.</summary>
internal sealed class PeopleLogin : ICredentialSource, ITokenVerifier
{
    private const int LongestName = 255;

    private readonly OidcOptions _options;
    private readonly OidcIssuer _issuer;
    private readonly TokenRules _rules;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">The issuer may not be asked.</exception>
    public PeopleLogin(OidcOptions options, OidcIssuers issuers, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _issuer = issuers.Configured(options.Issuer);
        _rules = new(options.Issuer, options.ClientId, TokenRules.PublicKeyAlgorithms, time);
    }

    /// <inheritdoc/>
    public async Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        if (!CompactJwt.TryParse(secret, out var token) || token.Claim("iss") != _options.Issuer)
        {
            return null;
        }
        return await ReadAsync(token, cancellationToken) is not { } caller ? SignIn.Ended("token not accepted")
            : caller.Expires <= _time.GetUtcNow() ? SignIn.Ended("token expired")
            : SignIn.Accepted(caller);
    }

    /// <inheritdoc/>
    public async Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken) =>
        CompactJwt.TryParse(token, out var jwt) && jwt.Claim("iss") == _options.Issuer
            ? await ReadAsync(jwt, cancellationToken)
            : null;

    private async Task<Caller?> ReadAsync(CompactJwt token, CancellationToken cancellationToken)
    {
        if (token.KeyId is not { } id || token.Expires is not { } expires ||
            await _issuer.FindKeyAsync(id, cancellationToken) is not { } key || !await _rules.AreMetAsync(token, key) ||
            !IsOurs(token) || token.Claim(_options.NameClaim) is not { Length: > 0 and <= LongestName } name ||
            name.Any(char.IsControl))
        {
            return null;
        }
        var groups = ReadGroups(token);
        return new(new(PrincipalKind.User, _options.Issuer, name)
        {
            Groups = groups,
            IsAdministrator = _options.AdministratorGroup is { } administrators && groups.Contains(administrators),
        })
        {
            Expires = expires,
        };
    }

    /// <summary>
    /// Whether a token of several audiences was made for us: OpenID Connect Core, 3.1.3.7. And whether an address that is the name
    /// is the person's own, as far as the provider knows.
    /// </summary>
    private bool IsOurs(CompactJwt token) =>
        (token.Claim("azp") ?? _options.ClientId) == _options.ClientId
        && (_options.NameClaim != "email" || (token.Claims.TryGetProperty("email_verified", out var verified)
            && verified.ValueKind == JsonValueKind.True));

    private List<string> ReadGroups(CompactJwt token) =>
        token.Claims.TryGetProperty(_options.GroupsClaim, out var groups) && groups.ValueKind == JsonValueKind.Array
            ? [.. groups.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)]
            : [];
}
