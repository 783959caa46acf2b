using System.Globalization;

namespace Microsoft.Azure.Functions.Worker.Extensions.Timer;

/// <summary>
/// A schedule as the host reads it: six fields, second, minute, hour, day of the month, month and day of the week, each
/// <c>*</c>, numbers, ranges, steps and lists of these; or a length of time, hh:mm:ss.
/// </summary>
internal sealed class CronSchedule
{
    /// <summary>The least and the greatest value of each field; Sunday is 0.</summary>
    private static readonly (int Least, int Greatest)[] Bounds = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

    /// <summary>A day that comes at all comes within these: the 29th of February on one day of the week.</summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(366 * 41);

    private readonly bool[][] _fields;
    private readonly TimeSpan? _interval;

    private CronSchedule(bool[][] fields, TimeSpan? interval) => (_fields, _interval) = (fields, interval);

    /// <exception cref="FormatException">It is no schedule.</exception>
    public static CronSchedule Parse(string text)
    {
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero)
            return new([], interval);
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == Bounds.Length
            ? new([.. fields.Zip(Bounds, ParseField)], null)
            : throw new FormatException($"\"{text}\" is no schedule: six fields are expected, or hh:mm:ss.");
    }

    /// <summary>The first time that is due after another, in UTC.</summary>
    public DateTime After(DateTime time)
    {
        if (_interval is { } interval)
            return time + interval;
        var first = new DateTime(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc).AddSeconds(1);
        for (var day = first.Date; day - first < Horizon; day = day.AddDays(1))
        {
            if (_fields[4][day.Month] && _fields[3][day.Day] && _fields[5][(int)day.DayOfWeek]
                && FirstOf(day, day == first.Date ? first : day) is { } due)
            {
                return due;
            }
        }

        throw new FormatException("The schedule names a day that never comes.");
    }

    private DateTime? FirstOf(DateTime day, DateTime from)
    {
        for (var time = from; time.Date == day; time = time.AddSeconds(1))
        {
            if (!_fields[2][time.Hour])
                time = time.Date.AddHours(time.Hour + 1).AddSeconds(-1);
            else if (!_fields[1][time.Minute])
                time = time.Date.AddHours(time.Hour).AddMinutes(time.Minute + 1).AddSeconds(-1);
            else if (_fields[0][time.Second])
                return time;
        }

        return null;
    }

    private static bool[] ParseField(string text, (int Least, int Greatest) bounds)
    {
        var values = new bool[bounds.Greatest + 1];
        foreach (var part in text.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var whole] => (whole, 1),
                [var stepped, var by] => (stepped, Number(by)),
                _ => throw new FormatException($"\"{text}\" is no field of a schedule."),
            };
            var (first, last) = range.Split('-') switch
            {
                ["*"] => (bounds.Least, bounds.Greatest),
                // With a step a single number is the beginning of a range.
                [var one] => (Number(one), part.Contains('/') ? bounds.Greatest : Number(one)),
                [var from, var to] => (Number(from), Number(to)),
                _ => throw new FormatException($"\"{text}\" is no field of a schedule."),
            };
            if (step < 1 || first < bounds.Least || last > bounds.Greatest || first > last)
                throw new FormatException($"\"{text}\" is out of the bounds of its field.");
            for (var value = first; value <= last; value += step)
                values[value] = true;
        }

        return values;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw new FormatException($"\"{text}\" is no number.");
}
