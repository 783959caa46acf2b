using System.Collections.Concurrent;
using System.Reflection;
using Berth.Storage;

namespace Berth.Guarantees.Tests.Races;

/// <summary>A store each of whose calls waits for the turn of the actor that makes it, whatever calls the store has.</summary>
public class SteppedStore : DispatchProxy
{
    private static readonly MethodInfo Generic = typeof(SteppedStore).GetMethod(
        nameof(CallAsync), BindingFlags.Instance | BindingFlags.NonPublic, [typeof(MethodInfo), typeof(object[])])!;

    private static readonly ConcurrentDictionary<Type, MethodInfo> Calls = new();

    private object _store = null!;
    private ConcurrentDictionary<RecordKey, bool>? _keys;

    /// <summary>Wraps a store.</summary>
    /// <param name="store">What is called.</param>
    /// <param name="keys">Gets the key of every record that a call names.</param>
    internal static T Over<T>(T store, ConcurrentDictionary<RecordKey, bool>? keys = null)
        where T : class
    {
        var proxy = Create<T, SteppedStore>();
        var stepped = (SteppedStore)(object)proxy;
        (stepped._store, stepped._keys) = (store, keys);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.ReturnType;
        if (args is [RecordKey key, ..])
            _keys?.TryAdd(key, true);
        if (!typeof(Task).IsAssignableFrom(result) || !Steps.IsStepping || IsQuiet(args!))
            return Run(targetMethod, args!);
        return result == typeof(Task)
            ? CallVoidAsync(targetMethod, args!)
            : Calls.GetOrAdd(result.GetGenericArguments()[0], type => Generic.MakeGenericMethod(type))
                .Invoke(this, [targetMethod, args]);
    }

    private async Task<T> CallAsync<T>(MethodInfo method, object[] arguments)
    {
        await Steps.TurnAsync(Describe(method, arguments));
        return await (Task<T>)Run(method, arguments);
    }

    private async Task CallVoidAsync(MethodInfo method, object?[] arguments)
    {
        await Steps.TurnAsync(Describe(method, arguments));
        await (Task)Run(method, arguments);
    }

    private object Run(MethodInfo method, object?[] arguments)
    {
        try
        {
            return method.Invoke(_store, arguments)!;
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }

    /// <summary>
    /// Calls whose order with others cannot matter, so that there are fewer orders: a collector's own records, and its hundreds
    /// of listings of uploads, most of them empty.
    /// </summary>
    private static bool IsQuiet(object?[] arguments) => arguments is [var first, ..] && first switch
    {
        RecordKey { Partition: "collection" } => true,
        string partition => partition.StartsWith("uploads/", StringComparison.Ordinal),
        _ => false,
    };

    private static string Describe(MethodInfo method, object?[] arguments) => arguments[0] switch
    {
        RecordKey key => $"{method.Name} {key.Partition} / {key.Row}",
        var first => $"{method.Name} {first}",
    };
}
