using System.Globalization;
using System.Text;

namespace Berth.Storage.Azure;

/// <summary>A part as Azure names it.</summary>
/// <param name="Number">The part's number, from 1.</param>
/// <param name="Attempt">The request that sent it.</param>
internal readonly record struct Block(int Number, string Attempt)
{
    /// <summary>Base64, and of one length for all blocks of a blob, as Azure wants it.</summary>
    public string Id => Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{Number:D5}{Attempt.PadRight(PartPosition.MaximumAttemptLength, '-')}")));

    public string Receipt => string.Create(CultureInfo.InvariantCulture, $"{Number}:{Attempt}");

    /// <summary>The blocks of receipts.</summary>
    /// <exception cref="ArgumentException">They are not those of the parts 1, 2, 3, …</exception>
    public static List<string> IdsOf(IReadOnlyList<string> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        var ids = new List<string>(receipts.Count);
        foreach (var receipt in receipts)
        {
            var colon = receipt.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0
                || !int.TryParse(receipt.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number != ids.Count + 1)
            {
                throw new ArgumentException($"Receipt {ids.Count + 1} is of another part.", nameof(receipts));
            }

            ids.Add(new Block(number, receipt[(colon + 1)..]).Id);
        }

        return ids;
    }
}
