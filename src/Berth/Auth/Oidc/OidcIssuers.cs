using System.Collections.Concurrent;

namespace Berth.Auth.Oidc;

/// <summary>The identity providers that an operator named: no other is ever asked for anything.</summary>
internal sealed class OidcIssuers(HttpClient http, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, OidcIssuer> _issuers = [];

    /// <summary>The provider of an issuer that the settings name.</summary>
    /// <exception cref="ArgumentException">It is no issuer that may be asked.</exception>
    public OidcIssuer Configured(string issuer) => _issuers.GetOrAdd(issuer, name => new(name, http, time));
}
