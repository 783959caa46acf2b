namespace Microsoft.Azure.Functions.Worker.Extensions.Timer;

/// <summary>Invokes a function whenever its schedule says, one invocation after the other, as the host does.</summary>
internal sealed class TimerListener(CronSchedule schedule, bool runOnStartup)
{
    /// <summary>Timers of the system take no longer waits.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public async Task RunAsync(Func<object, Task> invoke, TimeProvider time, CancellationToken stop)
    {
        var last = default(DateTime);
        if (runOnStartup)
            await InvokeAsync();
        while (true)
        {
            var next = schedule.After(Now());
            for (var left = next - Now(); left > TimeSpan.Zero; left = next - Now())
                await Task.Delay(left < LongestWait ? left : LongestWait, time, stop);
            await InvokeAsync();
        }

        DateTime Now() => time.GetUtcNow().UtcDateTime;

        async Task InvokeAsync()
        {
            var now = Now();
            var status = new ScheduleStatus { Last = last, Next = schedule.After(now), LastUpdated = now };
            last = now;
            await invoke(new TimerInfo { ScheduleStatus = status });
        }
    }
}
