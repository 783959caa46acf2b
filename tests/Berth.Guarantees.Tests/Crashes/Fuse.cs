using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Berth.Guarantees.Tests.Crashes;

/// <summary>Counts the calls to a store, and kills this process at one of them, as nothing but SIGKILL and a power cut do.</summary>
/// <param name="at">Which call, from 1; 0 for none.</param>
/// <param name="after">Whether it is done first.</param>
internal sealed class Fuse(int at, bool after)
{
    private int _count;

    /// <summary>How many calls there have been.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The same store, every call of which this counts.</summary>
    public T Guard<T>(T store)
        where T : class
    {
        var guarded = DispatchProxy.Create<T, Guarded>();
        var guard = (Guarded)(object)guarded;
        (guard.Store, guard.Fuse) = (store, this);
        return guarded;
    }

    private bool Begin()
    {
        var isMeant = Interlocked.Increment(ref _count) == at;
        if (isMeant && !after)
            Die();
        return isMeant;
    }

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill(); // SIGKILL: nothing of this process runs any more
    }

    /// <summary>Passes every call on.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    public class Guarded : DispatchProxy
    {
        private static readonly MethodInfo OfResult =
            typeof(Guarded).GetMethod(nameof(WatchResultAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

        internal object Store { get; set; } = null!;

        internal Fuse Fuse { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var type = targetMethod!.ReturnType;
            if (!type.IsAssignableTo(typeof(Task)))
                return targetMethod.Invoke(Store, args);
            var isMeant = Fuse.Begin();
            var task = targetMethod.Invoke(Store, args);
            if (!isMeant)
                return task;
            return type.IsGenericType
                ? OfResult.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [task])
                : WatchAsync((Task)task!);
        }

        private static async Task WatchAsync(Task task)
        {
            await task;
            Die();
        }

        private static async Task<T> WatchResultAsync<T>(Task<T> task)
        {
            var result = await task;
            Die();
            return result;
        }
    }
}
