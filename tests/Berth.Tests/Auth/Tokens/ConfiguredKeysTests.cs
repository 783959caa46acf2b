using System.Security.Cryptography;
using Berth.Auth.Tokens;

namespace Berth.Tests.Auth.Tokens;

/// <summary>Keys of tokens that an operator holds.</summary>
public sealed class ConfiguredKeysTests
{
    [Fact]
    public async Task The_first_signs_and_both_verify()
    {
        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keys = new ConfiguredKeys([Private(ECCurve.NamedCurves.nistP256), second.ExportSubjectPublicKeyInfoPem()]);
        var first = await keys.CurrentAsync(default);

        Assert.Same(first, await keys.FindAsync(first.Id, default));
        Assert.NotNull(await keys.FindAsync(SigningKey.FromPem(second.ExportSubjectPublicKeyInfoPem()).Id, default));
        Assert.Null(await keys.FindAsync("other", default));
    }

    [Fact]
    public void A_key_of_SEC1_is_read_too()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Equal(SigningKey.FromPem(key.ExportPkcs8PrivateKeyPem()).Id, SigningKey.FromPem(key.ExportECPrivateKeyPem()).Id);
    }

    [Fact]
    public void A_key_that_cannot_sign_is_no_first_one()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Throws<ArgumentException>(() => new ConfiguredKeys([key.ExportSubjectPublicKeyInfoPem()]));
    }

    [Fact]
    public void Other_keys_and_too_many_are_refused()
    {
        using var rsa = RSA.Create(2048);
        var good = Private(ECCurve.NamedCurves.nistP256);

        Assert.Throws<ArgumentException>(() => new ConfiguredKeys([]));
        Assert.Throws<ArgumentException>(() => new ConfiguredKeys([good, good, good]));
        Assert.Throws<ArgumentException>(() => new ConfiguredKeys([rsa.ExportPkcs8PrivateKeyPem()]));
        Assert.Throws<ArgumentException>(() => new ConfiguredKeys([Private(ECCurve.NamedCurves.nistP384)]));
        Assert.Throws<ArgumentException>(() => new ConfiguredKeys(["nonsense"]));
    }

    private static string Private(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportPkcs8PrivateKeyPem();
    }
}
