using System.Globalization;
using Berth.Stores;

namespace Berth.Auth.Audit;

/// <summary>Which events somebody wants to see.</summary>
internal sealed record AuditQuery
{
    /// <summary>The first moment; <see langword="null"/> for as far as the audit goes back.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The moment after the last; <see langword="null"/> for now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The principal's id, or the name that was given where nothing was proved.</summary>
    public string? Principal { get; init; }

    public string? Project { get; init; }

    public string? Repository { get; init; }

    public string? Action { get; init; }

    public string? Decision { get; init; }

    public bool Matches(AuditRecord one) =>
        !(one.Time < From) && !(one.Time >= To)
        && (Principal is null || one.Principal == Principal || one.Name == Principal)
        && (Project is null || one.Project == Project)
        && (Repository is null || one.Repository == Repository)
        && (Action is null || one.Action == Action)
        && (Decision is null || one.Decision == Decision);

    /// <summary>Whether a day, in UTC, may have such events.</summary>
    public bool Matches(DateOnly day) => !(EndOf(day) <= From) && !(StartOf(day) >= To);

    private static DateTimeOffset StartOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static DateTimeOffset EndOf(DateOnly day) => StartOf(day).AddDays(1);
}

/// <summary>How far somebody has read: the day and the row of the last event looked at.</summary>
/// <param name="Day">The day.</param>
/// <param name="Row">Its last row that was looked at.</param>
internal readonly record struct AuditPosition(DateOnly Day, string Row)
{
    private const char Separator = '.';

    public static bool TryParse(string text, out AuditPosition position)
    {
        var parts = text.Split(Separator);
        position = default;
        if (parts.Length != 2 || parts[1].Length is 0 or > 40
            || !parts[1].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            || !DateOnly.TryParseExact(
                parts[0], RecordLayout.DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return false;
        }
        position = new(day, parts[1]);
        return true;
    }

    public override string ToString() =>
        Day.ToString(RecordLayout.DayFormat, CultureInfo.InvariantCulture) + Separator + Row;
}

/// <summary>Some events, newest first.</summary>
/// <param name="Events">They.</param>
/// <param name="Next">Where to go on; <see langword="null"/> at the end.</param>
internal sealed record AuditResult(IReadOnlyList<AuditRecord> Events, AuditPosition? Next);
