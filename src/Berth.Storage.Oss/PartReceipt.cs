using System.Globalization;

namespace Berth.Storage.Oss;

/// <summary>What is kept of a part until the upload is completed.</summary>
/// <param name="Number">Which part it is, from 1.</param>
/// <param name="ETag">What OSS calls its bytes.</param>
/// <param name="Crc64">Their checksum as OSS told it, or nothing.</param>
/// <param name="Length">How many they are.</param>
internal sealed record PartReceipt(int Number, string ETag, string Crc64, long Length)
{
    private const int LongestText = 128;

    /// <summary>The receipt as text.</summary>
    public string ToText()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Number}:{Length}:{Crc64}:{ETag}");
        return text.Length <= LongestText && text.All(char.IsAscii)
            ? text : throw new StorageException("OSS gave a part an ETag that is too long.");
    }

    /// <summary>Receipts of the parts 1, 2, 3, …</summary>
    /// <exception cref="ArgumentException">They are others.</exception>
    public static List<PartReceipt> Parse(IReadOnlyList<string> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        var parts = new List<PartReceipt>(receipts.Count);
        foreach (var text in receipts)
        {
            if (text.Split(':', 4) is not [var number, var length, var crc, var etag]
                || !TryNumber(number, out var at) || at != parts.Count + 1 || !TryNumber(length, out var size))
            {
                throw new ArgumentException($"Receipt {parts.Count + 1} is of another part.", nameof(receipts));
            }

            parts.Add(new((int)at, etag, crc, size));
        }

        return parts;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
