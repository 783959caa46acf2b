using Berth.Content;

namespace Berth.Tests.Content;

public sealed class DigestTests
{
    private const string Empty256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string Empty512 =
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";

    [Theory]
    [InlineData("sha256:" + Empty256, "Sha256")]
    [InlineData("sha512:" + Empty512, "Sha512")]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000", "Sha256")]
    public void A_digest_is_read_and_written_as_it_was(string text, string algorithm)
    {
        Assert.True(Digest.TryParse(text, out var digest));
        Assert.Equal(text, digest.ToString());
        Assert.Equal(algorithm, digest.Algorithm.ToString());
        Assert.True(Digest.TryParse(text, out var twin));
        Assert.Equal(digest, twin);
        Assert.Equal(digest.GetHashCode(), twin.GetHashCode());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("sha256")]
    [InlineData("sha256:")]
    [InlineData(Empty256)]
    [InlineData("sha256:" + Empty256 + "\n")]
    [InlineData("sha256:" + Empty256 + "\0")]
    [InlineData("\nsha256:" + Empty256)]
    [InlineData(" sha256:" + Empty256)]
    [InlineData("sha256:" + Empty256 + "0")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("SHA256:" + Empty256)]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85٣")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85５")]
    [InlineData("sha512:" + Empty256)]
    [InlineData("sha256:" + Empty512)]
    [InlineData("sha384:" + Empty256)]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("sha256:sha256:" + Empty256)]
    [InlineData("ſha256:" + Empty256)] // a long s folds to 's' in a comparison that ignores case
    public void What_is_no_digest_is_refused(string? text)
    {
        Assert.False(Digest.TryParse(text, out var digest));
        Assert.Equal(default, digest);
        Assert.Equal("", digest.ToString());
    }

    [Fact]
    public void The_digest_of_bytes_is_their_hash()
    {
        Assert.Equal("sha256:" + Empty256, Digest.Of(DigestAlgorithm.Sha256, []).ToString());
        Assert.Equal("sha512:" + Empty512, Digest.Of(DigestAlgorithm.Sha512, []).ToString());
        Assert.Equal(
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            Digest.Of(DigestAlgorithm.Sha256, "abc"u8).ToString());
        Assert.Equal(
            Digest.Of(DigestAlgorithm.Sha256, []),
            Digest.FromHash(DigestAlgorithm.Sha256, Convert.FromHexString(Empty256)));
    }
}
