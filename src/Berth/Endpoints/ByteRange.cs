using System.Globalization;
using System.Text.RegularExpressions;

namespace Berth.Endpoints;

/// <summary>A satisfiable range of bytes.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many bytes, at least 1 (0 only for a whole empty blob).</param>
internal readonly partial record struct ByteRange(long Offset, long Length)
{
    private const string Unit = "bytes=";

    /// <summary>As many as containers/storage asks for at once; each costs an opening of the object.</summary>
    private const int MostRanges = 1024;

    /// <summary>Reads a Range header (RFC 9110, section 14.2).</summary>
    /// <returns>
    /// <see langword="null"/> when the whole content is to be sent: no header, another unit, more than 1,024 ranges, or ranges
    /// that add up to more than the content. Empty when no range of it can be satisfied, or it is malformed.
    /// </returns>
    public static List<ByteRange>? Parse(string header, long size)
    {
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        var ranges = new List<ByteRange>();
        foreach (var part in header[Unit.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Length == 0)
            {
                continue; // an empty list element is allowed anywhere
            }
            if (!TryParse(part, size, out var range))
            {
                return [];
            }
            if (range.Length > 0)
            {
                ranges.Add(range);
            }
        }
        return ranges.Count > MostRanges || ranges.Sum(range => (decimal)range.Length) > size ? null : ranges;
    }

    /// <summary>
    /// Whether every store answers a Range header as this registry does: there is none, or it is one range from an offset on.
    /// Azure knows no other, and none answers several.
    /// </summary>
    public static bool IsKnownToStores(string header) => header.Length == 0 || FromAnOffsetOn().IsMatch(header);

    public string ContentRange(long size) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + Length - 1}/{size}");

    /// <summary>With numbers that every store can hold.</summary>
    [GeneratedRegex(@"\Abytes=[0-9]{1,18}-[0-9]{0,18}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FromAnOffsetOn();

    /// <returns><see langword="false"/> when malformed; a length of 0 when well-formed beyond the end.</returns>
    private static bool TryParse(string text, long size, out ByteRange range)
    {
        range = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            return false;
        }
        if (dash == 0)
        {
            if (!TryParseNumber(text[1..], out var suffix))
            {
                return false;
            }
            var length = Math.Min(suffix, size);
            range = new(size - length, length);
            return true;
        }
        var last = long.MaxValue;
        if (!TryParseNumber(text[..dash], out var first) ||
            (dash < text.Length - 1 && !TryParseNumber(text[(dash + 1)..], out last)) || last < first)
        {
            return false;
        }
        if (first < size)
        {
            range = new(first, Math.Min(last, size - 1) - first + 1);
        }
        return true;
    }

    /// <summary>Digits only. A number too large for 64 bits is past every end, so the largest stands for it.</summary>
    private static bool TryParseNumber(string text, out long number)
    {
        number = 0;
        if (text.Length == 0 || !text.All(char.IsAsciiDigit))
        {
            return false;
        }
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            number = long.MaxValue;
        }
        return true;
    }
}
