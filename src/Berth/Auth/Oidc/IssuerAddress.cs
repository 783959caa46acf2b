namespace Berth.Auth.Oidc;

/// <summary>Where documents of identity providers may be fetched from.</summary>
internal static class IssuerAddress
{
    /// <summary>Whether a URL is of https, or of this machine.</summary>
    public static bool IsSafe(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    /// <summary>Where a provider describes itself: OpenID Connect Discovery, section 4.</summary>
    /// <exception cref="ArgumentException">It is no issuer that may be asked.</exception>
    public static string DiscoveryOf(string issuer)
    {
        if (!IsSafe(issuer) || new Uri(issuer) is not { Query: "", Fragment: "" })
        {
            throw new ArgumentException($"'{issuer}' is no issuer: a URL of https is needed", nameof(issuer));
        }
        return issuer.TrimEnd('/') + "/.well-known/openid-configuration";
    }
}
