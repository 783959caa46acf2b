using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Stores;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Auth.Tokens;

/// <summary>Berth's own tokens: makes them, and reads them back.</summary>
/// <remarks>
/// <para>A token proves who its bearer is and bounds what it may do; what it may do in fact is what the records say when it is
/// used. There is one algorithm, ES256. The header holds <c>alg</c>, <c>kid</c> and <c>typ</c> and nothing else: a token with a
/// key, a URL or a certificate of its own is not Berth's.</para>
/// <para>A refresh token is of another <c>typ</c>, and so is never taken for one that gives access, nor the reverse. It is
/// signed like the others and kept nowhere: it ends, like them, as soon as <see cref="IPrincipals"/> no longer knows its
/// account or the credential that it was got with, such as a password that was changed since.</para>
/// </remarks>
internal sealed class BerthTokens : ITokenVerifier
{
    /// <summary>How long a refresh token is valid: no longer than any key that signed it verifies.</summary>
    public static readonly TimeSpan RefreshLifetime = StoredKeys.Period;

    private const string AccessType = "JWT";
    private const string RefreshType = "berth-refresh+jwt";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly ISigningKeys _keys;
    private readonly IPrincipals _principals;
    private readonly TimeProvider _time;
    private readonly TokenRules _rules;

    /// <param name="service">The issuer and the audience.</param>
    /// <param name="lifetime">How long a token is valid.</param>
    /// <param name="keys">What signs and verifies.</param>
    /// <param name="principals">What the records say of those that tokens name.</param>
    /// <param name="time">Tells what is valid yet.</param>
    public BerthTokens(
        string service, TimeSpan lifetime, ISigningKeys keys, IPrincipals principals, TimeProvider time)
    {
        (Service, Lifetime, _keys, _principals, _time) = (service, lifetime, keys, principals, time);
        _rules = new(service, service, [SecurityAlgorithms.EcdsaSha256], time);
    }

    /// <summary>The issuer and the audience of the tokens.</summary>
    public string Service { get; }

    /// <summary>How long a token is valid.</summary>
    public TimeSpan Lifetime { get; }

    /// <inheritdoc/>
    public async Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken) =>
        await ReadAsync(token, AccessType, cancellationToken) is not { Access: { } access } claims ? null
            : await ResumeAsync(claims, cancellationToken) is not { } caller ? null
            : caller with
            {
                Limits = AccessClaim.Limits(access, within: caller.Limits),
                CatalogLimits = caller.Limits ?? AccessLimit.Unlimited,
                AllowsCatalog = caller.AllowsCatalog && access.Any(entry => entry.AllowsCatalog),
                AllowsApi = caller.AllowsApi && access.Any(entry => entry.AllowsApi),
                Expires = DateTimeOffset.FromUnixTimeSeconds(claims.Expires),
            };

    /// <summary>Tells whose refresh token this is: its account as it is now.</summary>
    /// <returns><see langword="null"/> for anything but a live refresh token.</returns>
    public async Task<Caller?> RefreshAsync(string token, CancellationToken cancellationToken) =>
        await ReadAsync(token, RefreshType, cancellationToken) is { } claims
        && DateTimeOffset.FromUnixTimeSeconds(claims.Expires) > _time.GetUtcNow()
            ? await ResumeAsync(claims, cancellationToken)
            : null;

    /// <summary>Makes a token.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="access">What it allows.</param>
    /// <param name="issued">From when on it is valid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<string> MakeAsync(
        Caller caller, IReadOnlyList<AccessClaim> access, DateTimeOffset issued, CancellationToken cancellationToken) =>
        SignAsync(Claims(caller, issued, Lifetime) with { Access = access }, AccessType, cancellationToken);

    /// <summary>Makes a refresh token.</summary>
    public Task<string> MakeRefreshAsync(Caller caller, DateTimeOffset issued, CancellationToken cancellationToken) =>
        SignAsync(Claims(caller, issued, RefreshLifetime), RefreshType, cancellationToken);

    private TokenClaims Claims(Caller caller, DateTimeOffset issued, TimeSpan lifetime) => new()
    {
        Issuer = Service,
        Audience = Service,
        Subject = caller.Principal.Id,
        Issued = issued.ToUnixTimeSeconds(),
        NotBefore = issued.ToUnixTimeSeconds(),
        Expires = (issued + lifetime).ToUnixTimeSeconds(),
        Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
        Kind = caller.Principal.Kind.ToString(),
        Provider = caller.Principal.Issuer,
        Name = caller.Principal.Name,
        Credential = caller.Credential,
        // What Berth's own records say is read from them.
        Groups = caller.Principal is { Issuer: not Principal.Accounts, Groups: { Count: > 0 } groups } ? groups : null,
        IsAdministrator = caller.Principal is { Issuer: not Principal.Accounts, IsAdministrator: true } ? true : null,
    };

    private async Task<string> SignAsync(TokenClaims claims, string type, CancellationToken cancellationToken)
    {
        var key = await _keys.CurrentAsync(cancellationToken);
        var json = Encoding.UTF8.GetString(BerthJson.Write(claims, BerthJson.Instance.TokenClaims));
        return _handler.CreateToken(
            json, key.Credentials, new Dictionary<string, object> { [JwtHeaderParameterNames.Typ] = type });
    }

    /// <summary>The claims of a token of ours; <see langword="null"/> where it is none, or not of the type.</summary>
    private async Task<TokenClaims?> ReadAsync(string text, string type, CancellationToken cancellationToken)
    {
        if (!CompactJwt.TryParse(text, out var token) || token.Header.GetPropertyCount() != 3 || token.Type != type ||
            token.KeyId is not { } id || await _keys.FindAsync(id, cancellationToken) is not { } key)
        {
            return null;
        }
        return await _rules.AreMetAsync(token, key.Key) ? Read(token.Claims) : null;
    }

    private static TokenClaims? Read(JsonElement claims)
    {
        try
        {
            return claims.Deserialize(BerthJson.Instance.TokenClaims);
        }
        catch (JsonException)
        {
            return null; // somebody else has the key, and makes tokens of its own with it
        }
    }

    /// <summary>The caller as the claims and then the records say.</summary>
    private async Task<Caller?> ResumeAsync(TokenClaims claims, CancellationToken cancellationToken)
    {
        if (claims.ReadPrincipal() is not { } principal)
        {
            return null;
        }
        var caller = new Caller(principal) { Credential = claims.Credential };
        return principal.IsAnonymous
            ? caller
            : await _principals.ResumeAsync(caller, cancellationToken);
    }
}
