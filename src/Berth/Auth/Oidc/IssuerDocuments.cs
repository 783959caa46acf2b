using Microsoft.IdentityModel.Protocols;

namespace Berth.Auth.Oidc;

/// <summary>Fetches what identity providers publish: small, soon, from where it was asked for, and from nowhere else.</summary>
/// <param name="http">Follows no redirects.</param>
internal sealed class IssuerDocuments(HttpClient http) : IDocumentRetriever
{
    private const int MostBytes = 512 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A client that keeps to this.</summary>
    public static HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        MaxResponseContentBufferSize = MostBytes,
        Timeout = Patience,
    };

    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        // A provider's own document says where its keys are: that may be elsewhere, but not in the clear.
        if (!IssuerAddress.IsSafe(address))
        {
            throw new HttpRequestException($"'{address}' is not of https");
        }
        return await http.GetStringAsync(new Uri(address), cancel);
    }
}
