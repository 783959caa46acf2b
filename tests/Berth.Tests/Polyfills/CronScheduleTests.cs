using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Berth.Tests.Polyfills;

/// <summary>When the polyfill of the Functions host runs a timer. The official package leaves that to the real host.</summary>
public sealed class CronScheduleTests
{
    private static readonly Type? Schedule =
        typeof(TimerTriggerAttribute).Assembly.GetType("Microsoft.Azure.Functions.Worker.Extensions.Timer.CronSchedule");

    [SkippableTheory]
    [InlineData("0 */15 * * * *", "2026-01-31T23:59:59", "2026-02-01T00:00:00")]
    [InlineData("0 */15 * * * *", "2026-01-31T10:15:00", "2026-01-31T10:30:00")]
    [InlineData("0 */15 * * * *", "2026-01-31T10:14:59.9", "2026-01-31T10:15:00")]
    [InlineData("*/10 * * * * *", "2026-01-31T10:14:55", "2026-01-31T10:15:00")]
    [InlineData("30 5 4 * * *", "2026-01-31T04:05:30", "2026-02-01T04:05:30")]
    [InlineData("0 0 9-17/4 * * 1-5", "2026-01-02T13:00:00", "2026-01-02T17:00:00")]
    [InlineData("0 0 9-17/4 * * 1-5", "2026-01-02T17:00:00", "2026-01-05T09:00:00")]
    [InlineData("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("5,7 1 0 1 12 *", "2026-12-01T00:01:05", "2026-12-01T00:01:07")]
    [InlineData("01:30:00", "2026-01-01T00:00:00", "2026-01-01T01:30:00")]
    public void The_next_time_is_the_first_that_the_schedule_names(string schedule, string time, string next) =>
        Assert.Equal(At(next), After(schedule, At(time)));

    [SkippableTheory]
    [InlineData("* * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * * 13 *")]
    [InlineData("5-1 * * * * *")]
    [InlineData("*/0 * * * * *")]
    [InlineData("1/2/3 * * * * *")]
    [InlineData("a * * * * *")]
    [InlineData("0 0 0 30 2 *")]
    public void What_is_no_schedule_is_refused(string schedule) =>
        Assert.Throws<FormatException>(() => After(schedule, At("2026-01-01T00:00:00")));

    private static DateTime At(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static DateTime After(string schedule, DateTime time)
    {
        Skip.If(Schedule is null, "the official package is built in, whose timers the real host runs");
        try
        {
            var parsed = Schedule.GetMethod("Parse")!.Invoke(null, [schedule]);
            return (DateTime)Schedule.GetMethod("After")!.Invoke(parsed, [time])!;
        }
        catch (TargetInvocationException e) when (e.InnerException is FormatException refusal)
        {
            throw refusal;
        }
    }
}
