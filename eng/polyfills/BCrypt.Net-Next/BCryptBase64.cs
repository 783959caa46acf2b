namespace BCrypt.Net;

/// <summary>Six bits a letter, the highest first, without padding, in an alphabet of bcrypt's own.</summary>
internal static class BCryptBase64
{
    private const string Letters = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[((bytes.Length * 8) + 5) / 6];
        for (var i = 0; i < text.Length; i++)
        {
            var (at, shift) = Math.DivRem(i * 6, 8);
            var two = (bytes[at] << 8) | (at + 1 < bytes.Length ? bytes[at + 1] : 0);
            text[i] = Letters[(two >> (10 - shift)) & 63];
        }
        return new(text);
    }

    public static bool TryDecode(ReadOnlySpan<char> text, int count, out byte[] bytes)
    {
        bytes = new byte[count];
        var (bits, held, at) = (0, 0, 0);
        foreach (var letter in text)
        {
            var value = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
                return false;
            (bits, held) = (((bits << 6) | value) & 0x3fff, held + 6);
            if (held >= 8 && at < count)
            {
                held -= 8;
                bytes[at++] = (byte)(bits >> held);
            }
        }
        return at == count;
    }
}
