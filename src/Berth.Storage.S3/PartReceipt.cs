using System.Globalization;
using Amazon.S3.Model;

namespace Berth.Storage.S3;

/// <summary>What proves that a part was stored: its number and its ETag, <c>3:9a0364b9…</c>.</summary>
internal static class PartReceipt
{
    /// <summary>The longest, in characters.</summary>
    private const int MaximumLength = 128;

    /// <summary>The receipt of a part.</summary>
    /// <exception cref="StorageException">The store gave no ETag, or one that cannot be kept.</exception>
    public static string Write(int number, string? etag)
    {
        var receipt = string.Create(CultureInfo.InvariantCulture, $"{number}:{etag?.Trim('"')}");
        return !string.IsNullOrEmpty(etag) && receipt.Length <= MaximumLength && receipt.All(char.IsAscii)
            ? receipt
            : throw new StorageException("S3 gave a part an ETag that cannot be kept");
    }

    /// <summary>The parts of receipts.</summary>
    /// <exception cref="ArgumentException">They are not those of the parts 1, 2, 3, …</exception>
    public static List<PartETag> Read(IReadOnlyList<string> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        var parts = new List<PartETag>(receipts.Count);
        foreach (var receipt in receipts)
        {
            var colon = receipt.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0
                || !int.TryParse(receipt.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number != parts.Count + 1)
            {
                throw new ArgumentException($"Receipt {parts.Count + 1} is of another part.", nameof(receipts));
            }

            parts.Add(new(number, $"\"{receipt[(colon + 1)..]}\""));
        }

        return parts;
    }
}
