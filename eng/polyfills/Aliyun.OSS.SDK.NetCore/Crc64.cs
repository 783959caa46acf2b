namespace Aliyun.OSS;

/// <summary>The checksum that the service computes of every object and part: CRC-64 with ECMA-182's polynomial, reflected.</summary>
internal static class Crc64
{
    private const ulong Polynomial = 0xC96C5795D7870F42;

    private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(value =>
    {
        var entry = (ulong)value;
        for (var bit = 0; bit < 8; bit++)
            entry = (entry & 1) == 0 ? entry >> 1 : (entry >> 1) ^ Polynomial;
        return entry;
    })];

    public static ulong Append(ulong sum, ReadOnlySpan<byte> bytes)
    {
        sum = ~sum;
        foreach (var value in bytes)
            sum = Table[(byte)sum ^ value] ^ (sum >> 8);
        return ~sum;
    }

    /// <summary>The sum of bytes whose beginning and end have these sums.</summary>
    public static ulong Combine(ulong first, ulong second, long secondLength)
    {
        // Appending a byte of zeros is multiplying by x^8; the reflected form has x^0 in its highest bit.
        var shift = 1UL << 63;
        for (var power = 1UL << (63 - 8); secondLength > 0; secondLength >>= 1, power = Multiply(power, power))
        {
            if ((secondLength & 1) != 0)
                shift = Multiply(shift, power);
        }

        return Multiply(first, shift) ^ second;
    }

    private static ulong Multiply(ulong left, ulong right)
    {
        var product = 0UL;
        for (; left != 0; left <<= 1)
        {
            if ((left >> 63) != 0)
                product ^= right;
            right = (right & 1) == 0 ? right >> 1 : (right >> 1) ^ Polynomial;
        }

        return product;
    }
}

/// <summary>Reads from a stream, up to a length, and sums what it reads.</summary>
internal sealed class Crc64Stream(Stream content, long length) : Stream
{
    private long _position;

    public ulong Sum { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = content.Read(buffer, offset, (int)Math.Min(count, length - _position));
        Sum = Crc64.Append(Sum, buffer.AsSpan(offset, read));
        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
