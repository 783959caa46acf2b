using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Storage.Oss;

/// <summary>One state of a record, as <see cref="OssRecords"/> explains. Never reused, so it is also the record's version.</summary>
/// <param name="Number">1 for the root, then 2, 3, …</param>
/// <param name="Era">Which root it follows.</param>
internal readonly record struct Generation(uint Number, string Era)
{
    /// <summary>How the root's name ends: behind all others, which begin with a hexadecimal digit.</summary>
    public const string Root = "root";

    private const int EraDigits = 16;

    /// <summary>How its name ends: the newest is first in a listing.</summary>
    public string Suffix => Number == 1
        ? Root : string.Create(CultureInfo.InvariantCulture, $"{uint.MaxValue - Number:x8}-{Era}");

    /// <summary>What a swap of it creates.</summary>
    public Generation Next => new(checked(Number + 1), Era);

    /// <summary>The era that a root begins, whose ETag is like no other's: it begins with random digits.</summary>
    public static string EraOf(string etag) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(etag)).AsSpan(0, EraDigits / 2));

    /// <summary>Reads how a name ends that is not the root's.</summary>
    public static bool TryParseSuffix(string suffix, out Generation generation)
    {
        generation = default;
        if (suffix.Length != 9 + EraDigits || suffix[8] != '-'
            || !uint.TryParse(suffix.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var left))
        {
            return false;
        }

        generation = new(uint.MaxValue - left, suffix[9..]);
        return generation.Suffix == suffix;
    }

    /// <summary>The version that a record is given out with.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}-{Era}");

    /// <summary>Reads a version.</summary>
    public static bool TryParse(string version, out Generation generation)
    {
        var dash = version.IndexOf('-', StringComparison.Ordinal);
        var isNumber = uint.TryParse(
            version.AsSpan(0, Math.Max(dash, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        generation = new(number, version[(dash + 1)..]);
        return isNumber && generation.ToString() == version && generation is { Number: > 0, Era.Length: EraDigits };
    }
}
