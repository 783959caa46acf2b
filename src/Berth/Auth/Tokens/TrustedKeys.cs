using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Auth.Tokens;

/// <summary>The keys of a token server, by the ids that its tokens name them with, and the roots of its certificates.</summary>
internal sealed class TrustedKeys
{
    private const int MostCertificates = 10;
    private const int FingerprintBytes = 30;

    private readonly Dictionary<string, SecurityKey> _keys = [];
    private readonly X509Certificate2Collection _roots = [];
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">The certificates or keys cannot be read, or there are none that are usable.</exception>
    public TrustedKeys(string? rootCertificates, string? jwks, TimeProvider time)
    {
        _time = time;
        AddCertificates(rootCertificates);
        AddKeys(jwks);
        if (_keys.Count == 0)
        {
            throw new ArgumentException("no usable key: certificates or keys of RSA or elliptic curves are needed");
        }
    }

    /// <summary>The key that a token says it is signed with, where it is trusted. What the token itself holds is no key.</summary>
    public SecurityKey? Find(CompactJwt token)
    {
        if (token.Header.TryGetProperty("x5c", out var chain))
        {
            return chain.ValueKind == JsonValueKind.Array && chain.GetArrayLength() is > 0 and <= MostCertificates
                ? FindByChain([.. chain.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()! : "")])
                : null;
        }
        return token.KeyId is { } id ? _keys.GetValueOrDefault(id) : null;
    }

    /// <summary>libtrust's fingerprint of a public key, which older token servers name theirs by.</summary>
    private static string Fingerprint(ReadOnlySpan<byte> publicKeyInfo)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var hash = SHA256.HashData(publicKeyInfo).AsSpan(0, FingerprintBytes);
        var text = new StringBuilder();
        for (var bit = 0; bit < hash.Length * 8; bit += 5)
        {
            if (bit > 0 && bit % 20 == 0)
            {
                text.Append(':');
            }
            var pair = (hash[bit / 8] << 8) | (bit / 8 + 1 < hash.Length ? hash[bit / 8 + 1] : 0);
            text.Append(alphabet[(pair >> (11 - (bit % 8))) & 31]);
        }
        return text.ToString();
    }

    private static SecurityKey? PublicKey(X509Certificate2 certificate)
    {
        SecurityKey? key = certificate.GetRSAPublicKey() is { } rsa ? new RsaSecurityKey(rsa)
            : certificate.GetECDsaPublicKey() is { } ecdsa ? new ECDsaSecurityKey(ecdsa)
            : null;
        return key is not null && TokenRules.IsUsable(key) ? key : null;
    }

    private void AddCertificates(string? pem)
    {
        if (pem is null)
        {
            return;
        }
        try
        {
            _roots.ImportFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new ArgumentException("the root certificates are no PEM of certificates", nameof(pem), exception);
        }
        foreach (var certificate in _roots)
        {
            if (PublicKey(certificate) is { } key)
            {
                _keys[Fingerprint(certificate.PublicKey.ExportSubjectPublicKeyInfo())] = key;
                _keys[Base64Url.EncodeToString(key.ComputeJwkThumbprint())] = key;
            }
        }
    }

    private void AddKeys(string? jwks)
    {
        if (jwks is null)
        {
            return;
        }
        JsonWebKeySet set;
        try
        {
            set = new(jwks);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException("the set of keys is no JSON of keys", nameof(jwks), exception);
        }
        foreach (var key in set.Keys.Where(key => key.Use != JsonWebKeyUseNames.Enc && TokenRules.IsUsable(key)))
        {
            var id = key.KeyId is { Length: > 0 } name ? name : Base64Url.EncodeToString(key.ComputeJwkThumbprint());
            if (!_keys.TryAdd(id, key))
            {
                throw new ArgumentException($"two keys have the id {id}", nameof(jwks));
            }
        }
    }

    private SecurityKey? FindByChain(string[] texts)
    {
        if (_roots.Count == 0)
        {
            return null;
        }
        var certificates = new List<X509Certificate2>();
        try
        {
            certificates.AddRange(texts.Select(text => X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text))));
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
            chain.ChainPolicy.ExtraStore.AddRange(certificates.Skip(1).ToArray());
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            // A certificate that names a URL must not make the registry fetch it.
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
            return chain.Build(certificates[0]) ? PublicKey(certificates[0]) : null;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return null;
        }
        finally
        {
            certificates.ForEach(certificate => certificate.Dispose());
        }
    }
}
