namespace Berth.Storage.Tests.Oss;

/// <summary>A clock whose short waits are over at once.</summary>
internal sealed class HastyTime : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime < Short && dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
}
