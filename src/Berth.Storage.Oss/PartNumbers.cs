namespace Berth.Storage.Oss;

/// <summary>The numbers that OSS knows parts by, 1 to 10,000, of which it keeps one part each.</summary>
/// <remarks>
/// Two attempts at a part must not overwrite each other's, so a part has several numbers and an attempt takes one by its
/// name: of the first parts 64, of later ones fewer. Attempts whose names differ in one hexadecimal digit take different ones; of
/// others two may meet, and then the one that was overwritten cannot be completed: a push is to be repeated, and nothing
/// is mixed up. Completing names numbers in order and may leave gaps.
/// </remarks>
internal static class PartNumbers
{
    /// <summary>Of each range of parts: how many it has, and how many numbers each of them.</summary>
    private static readonly (int Parts, int Numbers)[] Ranges = [(30, 64), (170, 16), (680, 2), (4000, 1)];

    /// <summary>The most parts of an upload.</summary>
    public static int MaximumParts { get; } = Ranges.Sum(range => range.Parts);

    /// <summary>The number of a part that has been checked.</summary>
    public static int Of(PartPosition part)
    {
        var (before, index) = (0, part.Number - 1);
        foreach (var (parts, numbers) in Ranges)
        {
            if (index < parts)
                return before + (index * numbers) + (part.Attempt.Sum(character => character) % numbers) + 1;
            before += parts * numbers;
            index -= parts;
        }

        throw new ArgumentOutOfRangeException(nameof(part));
    }
}
