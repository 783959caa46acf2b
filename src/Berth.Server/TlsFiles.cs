using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Hosting;
using Berth.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Berth.Server;

/// <summary>The two PEM files that the host listens with.</summary>
/// <param name="Certificate">The host's own certificate first, then its chain.</param>
/// <param name="Key">Its private key.</param>
internal sealed record TlsFiles(string Certificate, string Key)
{
    /// <summary>Reads both.</summary>
    /// <exception cref="SettingsException">They cannot be used.</exception>
    public HttpsConnectionAdapterOptions Load()
    {
        var chain = new X509Certificate2Collection();
        Try(ServerSettingNames.TlsCertificate, Certificate, "certificate", () => chain.ImportFromPemFile(Certificate));
        if (chain.Count == 0)
            throw new SettingsException($"{ServerSettingNames.TlsCertificate}: {Certificate} holds no PEM certificate");
        X509Certificate2? own = null;
        Try(ServerSettingNames.TlsKey, Key, $"key of the certificate {Certificate}",
            () => own = X509Certificate2.CreateFromPemFile(Certificate, Key));
        // Windows' TLS cannot use a key that was never stored; a round trip through PKCS #12 stores it.
        if (OperatingSystem.IsWindows())
            own = X509CertificateLoader.LoadPkcs12(own!.Export(X509ContentType.Pkcs12), null);
        return new() { ServerCertificate = own, ServerCertificateChain = chain };
    }

    private static void Try(string setting, string path, string what, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new SettingsException($"{setting}: {path} is not the PEM {what}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{setting}: {e.Message}", e);
        }
    }
}
