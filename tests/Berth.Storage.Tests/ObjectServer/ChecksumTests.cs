using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>The check values of the catalogue of CRCs (of "123456789"), and those that FIPS 180 gives for "abc".</summary>
public sealed class ChecksumTests
{
    [Theory]
    [InlineData(0xCBF43926UL, 0)]
    [InlineData(0xE3069283UL, 1)]
    [InlineData(0xAE8B14860A799888UL, 2)]
    [InlineData(0x995DC9BBDF1939FAUL, 3)]
    public void Crc_of_the_nine_digits(ulong expected, int which)
    {
        var crc = new[] { Crc.Crc32, Crc.Crc32C, Crc.Crc64Nvme, Crc.Crc64Xz }[which];

        Assert.Equal(expected, crc.Compute(["123456789"u8.ToArray()]));
        Assert.Equal(expected, crc.Compute(["1234"u8.ToArray(), "56789"u8.ToArray()]));
    }

    [Theory]
    [InlineData("SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData("SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("CRC32", "352441c2")]
    public void Checksum_in_base64(string name, string expected) => Assert.Equal(
        Convert.ToBase64String(Convert.FromHexString(expected)), ChecksumAlgorithm.Named(name)!.Compute(["abc"u8.ToArray()]));
}
