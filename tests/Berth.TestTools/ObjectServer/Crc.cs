namespace Berth.TestTools.ObjectServer;

/// <summary>A cyclic redundancy check of 32 or 64 bits, reflected, beginning with ones and inverted at the end.</summary>
internal sealed class Crc
{
    /// <summary>CRC-32 (ISO-HDLC), of zip and Ethernet.</summary>
    public static readonly Crc Crc32 = new(0xEDB88320, 32);

    /// <summary>CRC-32C (Castagnoli).</summary>
    public static readonly Crc Crc32C = new(0x82F63B78, 32);

    /// <summary>CRC-64/NVME.</summary>
    public static readonly Crc Crc64Nvme = new(0x9A6C9329AC4BC9B5, 64);

    /// <summary>CRC-64/XZ, of ECMA-182's polynomial: what OSS computes.</summary>
    public static readonly Crc Crc64Xz = new(0xC96C5795D7870F42, 64);

    private readonly ulong[] _table = new ulong[256];
    private readonly ulong _ones;

    private Crc(ulong reflectedPolynomial, int bits)
    {
        Bits = bits;
        _ones = ulong.MaxValue >> (64 - bits);
        for (var i = 0; i < 256; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ reflectedPolynomial;
            }

            _table[i] = value;
        }
    }

    public int Bits { get; }

    public ulong Compute(IEnumerable<ReadOnlyMemory<byte>> segments)
    {
        var value = _ones;
        foreach (var segment in segments)
        {
            foreach (var next in segment.Span)
            {
                value = _table[(byte)(value ^ next)] ^ (value >> 8);
            }
        }

        return value ^ _ones;
    }

    /// <summary>The check as bytes, the most significant one first.</summary>
    public byte[] ComputeBytes(IEnumerable<ReadOnlyMemory<byte>> segments)
    {
        var value = Compute(segments);
        var bytes = new byte[Bits / 8];
        for (var i = bytes.Length - 1; i >= 0; i--, value >>= 8)
        {
            bytes[i] = (byte)value;
        }

        return bytes;
    }
}
