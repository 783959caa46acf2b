using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Hosting;
using Berth.Server;
using Berth.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Berth.Tests.Server;

public sealed class TlsTests : IDisposable
{
    private readonly ServerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_certificate_with_its_chain_is_served_over_both_versions_of_http(string version)
    {
        using var root = Issue("root", null);
        using var intermediate = Issue("intermediate", root);
        using var own = Issue("localhost", intermediate);
        _folder.Write("chain.pem", own.ExportCertificatePem() + "\n" + intermediate.ExportCertificatePem());
        _folder.Write("key.pem", own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var server = Build(
            "--Berth:Http:Address=127.0.0.1:0", "--Berth:Http:TlsCertificate=chain.pem", "--Berth:Http:TlsKey=key.pem");
        await server.StartAsync(CancellationToken.None);
        using var client = ClientTrusting(root);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{server.Address.Port}/")
        {
            Version = new Version(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await client.SendAsync(request);

        Assert.Equal("https", server.Address.Scheme);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(new Version(version), response.Version);
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused_by_name()
    {
        using var one = Issue("one", null);
        using var other = Issue("other", null);
        _folder.Write("cert.pem", one.ExportCertificatePem());
        _folder.Write("key.pem", other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Refused("Berth:Http:TlsKey: ", "cert.pem", "key.pem");
    }

    [Theory]
    [InlineData("none.pem", "key.pem", "Berth:Http:TlsCertificate: ")]
    [InlineData("text.pem", "key.pem", "Berth:Http:TlsCertificate: ")]
    [InlineData("cert.pem", "none.pem", "Berth:Http:TlsKey: ")]
    [InlineData("cert.pem", "text.pem", "Berth:Http:TlsKey: ")]
    public void A_file_that_cannot_be_used_is_refused_by_name(string certificate, string key, string expected)
    {
        using var one = Issue("one", null);
        _folder.Write("cert.pem", one.ExportCertificatePem());
        _folder.Write("key.pem", one.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _folder.Write("text.pem", "no PEM at all");
        Refused(expected, certificate, key);
    }

    private void Refused(string expected, string certificate, string key)
    {
        var fault = Assert.Throws<SettingsException>(() =>
            Build($"--Berth:Http:TlsCertificate={certificate}", $"--Berth:Http:TlsKey={key}"));
        Assert.StartsWith(expected, fault.Message, StringComparison.Ordinal);
    }

    private ServerApp Build(params string[] arguments)
    {
        var input = _folder.Input(arguments);
        var configuration = ServerConfiguration.Read(input, CommandLine.Parse(input.Arguments));
        return ServerApp.Build(input, configuration, _ => context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
    }

    private static HttpClient ClientTrusting(X509Certificate2 root)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(root);
        return new(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        });
    }

    private static X509Certificate2 Issue(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var isAuthority = name is "root" or "intermediate";
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        if (issuer is null)
            return request.CreateSelfSigned(now.AddDays(-3), now.AddDays(3));
        var days = isAuthority ? 2 : 1;
        using var issued = request.Create(issuer, now.AddDays(-days), now.AddDays(days), Guid.NewGuid().ToByteArray());
        return issued.CopyWithPrivateKey(key);
    }
}
