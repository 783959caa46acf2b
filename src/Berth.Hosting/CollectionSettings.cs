using System.Globalization;
using Berth.Collection;

namespace Berth.Hosting;

/// <summary>The settings of what becomes of garbage.</summary>
public static class CollectionSettings
{
    /// <summary>Whether this host collects.</summary>
    public const string Enabled = Section + "Enabled";

    /// <summary>How long what nothing uses stays usable.</summary>
    public const string Grace = Section + "Grace";

    /// <summary>How often a host collects.</summary>
    public const string Interval = Section + "Interval";

    /// <summary>How long an upload can be resumed.</summary>
    public const string UploadLifetime = Section + "UploadLifetime";

    /// <summary>How long a manifest stays that nothing names.</summary>
    public const string UntaggedAge = Section + "UntaggedAge";

    /// <summary>How hard a collection may press the store.</summary>
    public const string CallsPerSecond = Section + "CallsPerSecond";

    private const string Section = "Berth:Collection:";
    private const string Period = "a time such as 90s, 25h or 7d";
    private const int MostCallsPerSecond = 100_000;
    private const int MostDays = 3650;

    /// <summary>Each setting with what a help says of it.</summary>
    internal static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (Enabled, "whether this host collects garbage (true)"),
        (Grace, "how long what nothing uses stays usable; the same on every host over one store (25h)"),
        (Interval, "the time between two collections (24h)"),
        (UploadLifetime, "how long an upload can be resumed (7d)"),
        (UntaggedAge, "after what time a manifest is deleted that nothing names, or none (none)"),
        (CallsPerSecond, "calls to the store that a collection makes in a second at the most, 0 for no bound (100)"),
    ];

    /// <summary>Binds and validates.</summary>
    /// <param name="settings">What the sources say.</param>
    /// <param name="leastGrace">
    /// The shortest grace: requests that take longer than half of it are refused, so a host needs some.
    /// </param>
    /// <exception cref="SettingsException">A value is malformed.</exception>
    public static CollectionOptions Bind(Settings settings, TimeSpan leastGrace)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var defaults = new CollectionOptions();
        return new()
        {
            Enabled = settings.Read<bool>(Enabled, defaults.Enabled, ValueFormats.TryBoolean, "true or false"),
            Grace = settings.Read<TimeSpan>(
                Grace, defaults.Grace,
                (string text, out TimeSpan value) => TryPeriod(text, out value) && value >= leastGrace,
                $"{Period}, and not less than {leastGrace.TotalSeconds:0}s"),
            Interval = settings.Read<TimeSpan>(Interval, defaults.Interval, TryPositive, Period),
            UploadLifetime = settings.Read<TimeSpan>(UploadLifetime, defaults.UploadLifetime, TryPositive, Period),
            UntaggedAge = settings.Read<TimeSpan?>(UntaggedAge, defaults.UntaggedAge, TryAge, $"{Period}, or none"),
            CallsPerSecond = settings.Read<int>(
                CallsPerSecond, defaults.CallsPerSecond, TryRate, $"a number from 0 to {MostCallsPerSecond}"),
        };
    }

    /// <summary>A length of time as <see cref="ValueFormats.TryDuration"/> knows it, or whole days.</summary>
    private static bool TryPeriod(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (!text.EndsWith('d'))
            return ValueFormats.TryDuration(text, out value);
        var isNumber = int.TryParse(
            text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var days);
        value = TimeSpan.FromDays(Math.Min(days, MostDays));
        return isNumber && days <= MostDays;
    }

    private static bool TryPositive(string text, out TimeSpan value) => TryPeriod(text, out value) && value > TimeSpan.Zero;

    private static bool TryAge(string text, out TimeSpan? value)
    {
        value = null;
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase))
            return true;
        if (!TryPeriod(text, out var age))
            return false;
        value = age;
        return true;
    }

    private static bool TryRate(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= MostCallsPerSecond;
}
