using System.Globalization;

namespace Berth.Cli;

/// <summary>Numbers for people.</summary>
internal static class SizeText
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Bytes with three digits or so: 17 bytes, 1.5 KiB, 42.0 GiB.</summary>
    public static string Of(long bytes)
    {
        var unit = 0;
        double value = bytes;
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
            value /= 1024;
        var number = value.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture);
        return $"{number} {Units[unit]}";
    }

    /// <summary>A count with its noun: 1 blob, 1,234 blobs, 2 repositories.</summary>
    public static string Of(long count, string noun)
    {
        var many = noun.EndsWith('y') ? $"{noun[..^1]}ies" : $"{noun}s";
        return string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? noun : many)}");
    }
}
