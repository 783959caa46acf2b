using System.Security.Cryptography;
using System.Text;

namespace Berth.Storage.Azure;

/// <summary>Partitions and rows as the keys of entities, which have at most 512 characters and none of <c>/ \ # ?</c> and
/// the control characters.</summary>
/// <remarks>
/// <para>Letters, digits, most punctuation and most of Unicode stand for themselves, and so does <c>~</c> at the end:
/// every name that the registry writes is its own key. Any other character is two: a mark, which lies between the same
/// plain characters as those that it stands for, so that keys are in the order of the rows, and one that tells which. With
/// two characters for one, the longest row fits.</para>
/// <para>Spaces, quotes and <c>%</c> are allowed but have been trouble in URLs and filters; surrogates and what follows
/// them are in one order as UTF-16, in another as UTF-8. They too are marked.</para>
/// </remarks>
internal static class TableKeys
{
    /// <summary>The longest key of an entity: 1 KiB of UTF-16.</summary>
    public const int MaximumLength = 512;

    /// <summary>Stands between the segments of a partition. No segment has it: it is marked there.</summary>
    private const char Separator = '|';

    /// <summary>Two separators and SHA-256 in hexadecimal digits.</summary>
    private const int HashLength = 66;

    /// <summary>The last of the Hangul syllables; what is up to it and beyond U+009F stands for itself.</summary>
    private const char Last = '\uD7A3';

    /// <summary>The first of 20,000 ideographs, which tell what follows <see cref="Last"/>.</summary>
    private const char FirstIdeograph = '\u4E00';

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>The key of a partition that <see cref="StorageKey"/> has checked.</summary>
    public static string OfPartition(string partition)
    {
        var key = string.Join(Separator, partition.Split('/').Select(OfRow));

        if (key.Length <= MaximumLength)
            return key;

        // Only partitions of hundreds of characters that need a mark get there: whole segments, as far as they fit, and a
        // hash behind an empty one, which no other key has.
        var kept = key.LastIndexOf(Separator, MaximumLength - HashLength);
        return $"{key[..Math.Max(kept, 0)]}{Separator}{Separator}"
            + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(partition)));
    }

    /// <summary>The partition of a key; <see langword="null"/> where the key has a hash, or <see cref="OfPartition"/> makes
    /// none like it.</summary>
    public static string? ToPartition(string key)
    {
        var segments = key.Split(Separator).Select(segment => segment.Length == 0 ? null : ToRow(segment)).ToList();
        return segments.Contains(null) ? null : string.Join('/', segments);
    }

    /// <summary>What lies between these are the keys of all partitions below a root.</summary>
    public static (string Before, string Behind) Below(string root)
    {
        var key = OfPartition(root);
        return (key + Separator, key + (char)(Separator + 1));
    }

    /// <summary>The key of a row that <see cref="StorageKey"/> has checked.</summary>
    public static string OfRow(string row)
    {
        var key = new StringBuilder(row.Length);
        foreach (var (at, character) in row.Index())
        {
            if (Mark(character) is not { } mark || (mark == '~' && character == '~' && at == row.Length - 1))
                key.Append(character);
            else
                key.Append(mark).Append(Digit(mark, character - FirstOf(mark)));
        }

        return key.ToString();
    }

    /// <summary>The row of a key; <see langword="null"/> where the key is not one that <see cref="OfRow"/> makes.</summary>
    public static string? ToRow(string key)
    {
        var row = new StringBuilder(key.Length);
        for (var at = 0; at < key.Length; at++)
        {
            var mark = key[at];
            if (mark is not ('!' or '>' or '[' or '{' or '~' or Last) || (mark == '~' && at == key.Length - 1))
                row.Append(mark);
            else if (++at < key.Length)
                row.Append((char)(FirstOf(mark) + Value(mark, key[at])));
        }

        var decoded = row.ToString();
        return OfRow(decoded) == key ? decoded : null;
    }

    private static char? Mark(char character) => character switch
    {
        <= '*' => '!',
        '>' or '?' => '>',
        '[' or '\\' => '[',
        '{' or '|' => '{',
        >= '~' and < '\u00A0' => '~',
        >= Last => Last,
        _ => null,
    };

    /// <summary>The first character that a mark stands for: itself, but for the one that begins at the beginning.</summary>
    private static char FirstOf(char mark) => mark == '!' ? '\0' : mark;

    private static char Digit(char mark, int value) => mark == Last ? (char)(FirstIdeograph + value) : Digits[value];

    private static int Value(char mark, char digit) =>
        mark == Last ? digit - FirstIdeograph : Digits.IndexOf(digit, StringComparison.Ordinal);
}
