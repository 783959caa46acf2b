using System.Globalization;
using System.Text;

namespace Berth.TestTools.ObjectServer;

/// <summary>
/// RFC 3986 as the signatures want it: every byte but the unreserved characters A-Z a-z 0-9 - . _ ~ is written as %XX in
/// upper case.
/// </summary>
internal static class PercentEncoding
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly Encoding Utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>Encodes text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kept">Characters that stay as they are beside the unreserved ones, such as a path's slash.</param>
    public static string Encode(string text, string kept = "")
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var value in Utf8.GetBytes(text))
        {
            var letter = (char)value;
            if (Unreserved.Contains(letter, StringComparison.Ordinal) || kept.Contains(letter, StringComparison.Ordinal))
            {
                encoded.Append(letter);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return encoded.ToString();
    }

    /// <summary>Decodes text that came over the wire.</summary>
    /// <param name="text">The text.</param>
    /// <param name="plusIsSpace">Whether a plus sign is a blank, as in a query.</param>
    /// <exception cref="FormatException">It has a percent sign without two digits, or is no UTF-8.</exception>
    public static string Decode(string text, bool plusIsSpace = false)
    {
        var bytes = new byte[Utf8.GetByteCount(text)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length || !byte.TryParse(
                    text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length]))
                {
                    throw new FormatException($"A percent sign without two digits in '{text}'.");
                }

                length++;
                i += 2;
            }
            else if (text[i] == '+' && plusIsSpace)
            {
                bytes[length++] = (byte)' ';
            }
            else
            {
                length += Utf8.GetBytes(text.AsSpan(i, char.IsHighSurrogate(text[i]) ? 2 : 1), bytes.AsSpan(length));
                i += char.IsHighSurrogate(text[i]) ? 1 : 0;
            }
        }

        try
        {
            return Utf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"No UTF-8: '{text}'.", e);
        }
    }
}
