using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>How values are written, in Berth's settings and in the Docker registry's.</summary>
public static partial class ValueFormats
{
    /// <summary>true or false, and what else YAML knows for them.</summary>
    public static bool TryBoolean(string text, out bool value)
    {
        value = text.ToLowerInvariant() is "true" or "yes" or "on";
        return value || text.ToLowerInvariant() is "false" or "no" or "off";
    }

    /// <summary>A number of bytes, plain or with KiB, MiB or GiB.</summary>
    public static bool TrySize(string text, out long value)
    {
        value = 0;
        var match = SizePattern().Match(text);
        if (!match.Success
            || !long.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue >> 30)
        {
            return false;
        }

        value = match.Groups[2].Value.ToUpperInvariant() switch
        {
            "KIB" => number << 10,
            "MIB" => number << 20,
            "GIB" => number << 30,
            _ => number,
        };
        return true;
    }

    /// <summary>A length of time as Go writes it (90s, 1m30s, 500ms, 0) or as .NET does (00:01:30).</summary>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text == "0" || TimeSpan.TryParseExact(text, @"hh\:mm\:ss", CultureInfo.InvariantCulture, out value))
            return true;
        var match = DurationPattern().Match(text);
        if (!match.Success)
            return false;
        var numbers = match.Groups[1].Captures.Zip(match.Groups[2].Captures, (number, unit) =>
            double.Parse(number.Value, CultureInfo.InvariantCulture) * SecondsOf(unit.Value));
        var seconds = numbers.Sum();
        if (seconds > TimeSpan.FromDays(365).TotalSeconds)
            return false;
        value = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>An address of HTTP or HTTPS without a login in it.</summary>
    public static bool TryUrl(string text, [MaybeNullWhen(false)] out Uri value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value)
        && (value.Scheme == Uri.UriSchemeHttps || value.Scheme == Uri.UriSchemeHttp)
        && value is { UserInfo: "", Fragment: "" };

    /// <summary>A log level by the Docker registry's names or .NET's.</summary>
    public static bool TryLogLevel(string text, out LogLevel value)
    {
        value = text.ToLowerInvariant() switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" or "information" => LogLevel.Information,
            "warn" or "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "critical" => LogLevel.Critical,
            _ => LogLevel.None,
        };
        return value != LogLevel.None;
    }

    private static double SecondsOf(string unit) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "ms" => 0.001,
        _ => 1,
    };

    [GeneratedRegex(@"\A([0-9]{1,18}) ?(KiB|MiB|GiB)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SizePattern();

    [GeneratedRegex(@"\A(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)(h|ms|m|s))+\z", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern();
}
