using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Auth.Tokens;

/// <summary>A key of ECDSA with P-256: the one algorithm of Berth's own tokens, ES256.</summary>
internal sealed class SigningKey
{
    private SigningKey(ECDsaSecurityKey key)
    {
        Key = key;
        Credentials = new(key, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>The <c>kid</c> of tokens.</summary>
    public string Id => Key.KeyId;

    public ECDsaSecurityKey Key { get; }

    public SigningCredentials Credentials { get; }

    /// <summary>Makes a key that nobody else has.</summary>
    /// <returns>The key in PKCS #8.</returns>
    public static byte[] Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    /// <summary>Reads a private key that <see cref="Make"/> made.</summary>
    /// <exception cref="CryptographicException">It is none.</exception>
    public static SigningKey FromPrivate(string id, ReadOnlySpan<byte> pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new(new(key) { KeyId = id });
    }

    /// <summary>Reads an operator's key, whose id is its thumbprint of RFC 7638.</summary>
    /// <exception cref="ArgumentException">It is none, or of another curve.</exception>
    public static SigningKey FromPem(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ArgumentException("a signing key is no PEM of one EC key", nameof(pem), exception);
        }
        if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
        {
            key.Dispose();
            throw new ArgumentException("a signing key is not of the curve P-256", nameof(pem));
        }
        var shared = new ECDsaSecurityKey(key);
        shared.KeyId = Base64UrlEncoder.Encode(shared.ComputeJwkThumbprint());
        return new(shared);
    }

    /// <summary>Whether it can sign: it is private.</summary>
    public bool Signs()
    {
        try
        {
            Key.ECDsa.SignData([], HashAlgorithmName.SHA256);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
