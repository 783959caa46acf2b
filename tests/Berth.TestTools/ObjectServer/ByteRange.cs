using System.Globalization;

namespace Berth.TestTools.ObjectServer;

/// <summary>What a Range header asks for.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many; 0 where the object has none of them.</param>
internal readonly record struct ByteRange(long Offset, long Length)
{
    public bool IsSatisfiable => Length > 0;

    /// <summary>Reads it; several ranges, and what is no range of bytes, count as none.</summary>
    public static ByteRange? Parse(string? header, long size)
    {
        const string Unit = "bytes=";
        if (header?.StartsWith(Unit, StringComparison.Ordinal) != true || header[Unit.Length..].Split('-') is not [var from, var to]
            || (from.Length == 0 && to.Length == 0) || !TryParse(from, out var first) || !TryParse(to, out var last))
        {
            return null;
        }

        if (from.Length == 0)
        {
            return new(Math.Max(0, size - last), Math.Min(size, last));
        }

        if (to.Length > 0 && last < first)
        {
            return null;
        }

        return new(first, Math.Max(0, Math.Min(to.Length > 0 ? last : size - 1, size - 1) - first + 1));
    }

    private static bool TryParse(string text, out long value)
    {
        value = 0;
        return text.Length == 0 || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
