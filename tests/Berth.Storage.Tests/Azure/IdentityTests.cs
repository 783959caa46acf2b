using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Web;
using Azure.Core;
using Azure.Core.Pipeline;
using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>A host without the account's key: tokens of an identity over HTTPS, URLs signed with a delegation key.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private static readonly ReadUriOptions Grant = new(TimeSpan.FromMinutes(20), "application/octet-stream", "layer");

    private readonly ConcurrentQueue<string> _requests = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("berth-test-").FullName;
    private Azurite _azurite = null!;
    private X509Certificate2 _certificate = null!;
    private AzureAccount _account = null!;

    private static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var files = (Path.Join(_folder, "certificate.pem"), Path.Join(_folder, "key.pem"));
        await File.WriteAllTextAsync(files.Item1, _certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(files.Item2, key.ExportPkcs8PrivateKeyPem());
        _azurite = await Azurite.StartAsync(tls: files);
        if (_azurite.Reason is null)
        {
            _account = new(
                new() { BlobServiceUri = _azurite.BlobEndpoint, TableServiceUri = _azurite.TableEndpoint },
                new HttpClientTransport(new NotingHandler(_requests, Trusting())),
                new UnsignedTokens());
        }
    }

    public async Task DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableFact]
    public async Task It_writes_and_reads_and_signs_with_one_call_for_all_urls()
    {
        Skip.IfNot(_azurite.Reason is null, _azurite.Reason);
        var records = new TableRecords(_account);
        Assert.True(await records.TryCreateAsync(new("facts", "one"), Data.Bytes(10), None));
        Assert.Equal(Data.Bytes(10), (await records.GetAsync(new("facts", "one"), None))!.Value.ToArray());
        var store = new BlobObjects(_account, TimeProvider.System);
        await store.PutAsync("objects/one", Data.Bytes(1000), None);

        _requests.Clear();
        var uri = (await store.CreateReadUriAsync("objects/one", Grant, None))!;
        Assert.Equal(["POST ?restype=service&comp=userdelegationkey"], _requests);
        await store.CreateReadUriAsync("objects/two", Grant, None);
        Assert.Single(_requests);

        Assert.Equal("https", HttpUtility.ParseQueryString(uri.Query)["spr"]);
        using var http = new HttpClient(Trusting());
        using var response = await http.GetAsync(uri);
        Assert.Equal(Data.Bytes(1000), await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment; filename=\"layer\"", response.Content.Headers.ContentDisposition?.ToString());
        foreach (var (name, value) in new[] { ("se", "2099-01-01T00:00:00Z"), ("sp", "rw"), ("rsct", "text/html") })
        {
            var query = HttpUtility.ParseQueryString(uri.Query);
            query[name] = value;
            using var refused = await http.GetAsync(new UriBuilder(uri) { Query = query.ToString() }.Uri);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }
    }

    /// <summary>Trusts this test's certificate and no other.</summary>
    private HttpClientHandler Trusting() => new()
    {
        ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
            certificate?.Thumbprint == _certificate.Thumbprint,
    };

    private sealed class NotingHandler(ConcurrentQueue<string> requests, HttpMessageHandler handler)
        : DelegatingHandler(handler)
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            requests.Enqueue($"{request.Method} {request.RequestUri!.Query}");
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Tokens with all that Azurite looks at.</summary>
    private sealed class UnsignedTokens : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var now = TimeProvider.System.GetUtcNow();
            var claims = new Dictionary<string, object>
            {
                ["aud"] = "https://storage.azure.com",
                ["iss"] = "https://sts.windows.net/tenant/",
                ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
                ["iat"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
                ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
                ["oid"] = "11111111-1111-1111-1111-111111111111",
                ["tid"] = "22222222-2222-2222-2222-222222222222",
            };
            var header = Encode("""{"typ":"JWT","alg":"RS256"}"""u8);
            return new($"{header}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}.{Encode("none"u8)}", now.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));

        private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }
}
