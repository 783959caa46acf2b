using System.Buffers;

namespace Berth.Storage.Tests;

/// <summary>Bytes to store, and reading them back.</summary>
internal static class Data
{
    /// <summary>Bytes that look random and are the same for the same size and seed.</summary>
    public static byte[] Bytes(int size, int seed = 0)
    {
        var bytes = new byte[size];
        // Random takes a negative seed for its absolute value.
        new Random(((size * 397) ^ seed) & int.MaxValue).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Compares large arrays quickly, and without printing them.</summary>
    public static void AssertSame(byte[] expected, byte[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.Equal(expected.Length, expected.AsSpan().CommonPrefixLength(actual));
    }

    /// <summary>Puts one array.</summary>
    public static Task PutAsync(
        this IObjectStore store, string key, byte[] content, CancellationToken cancellation) =>
        store.PutAsync(key, new ReadOnlySequence<byte>(content), cancellation);

    /// <summary>Reads a range that must be there.</summary>
    public static async Task<byte[]> ReadToEndAsync(
        this IObjectStore store, string key, long offset = 0, long? length = null) =>
        await store.TryReadToEndAsync(key, offset, length) ?? throw new FileNotFoundException("No such object.");

    /// <summary>Reads a range, or returns <see langword="null"/> where there is no object.</summary>
    public static async Task<byte[]?> TryReadToEndAsync(
        this IObjectStore store, string key, long offset = 0, long? length = null)
    {
        await using var stream = await store.OpenReadAsync(key, offset, length, CancellationToken.None);
        if (stream is null)
        {
            return null;
        }

        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}

/// <summary>Many callers at once.</summary>
internal static class Race
{
    /// <summary>Starts all racers together, on the pool, and returns what each came to.</summary>
    public static async Task<T[]> AllAsync<T>(int racers, Func<int, Task<T>> race)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = Enumerable.Range(0, racers).Select(RunAsync).ToArray();
        start.SetResult();
        return await Task.WhenAll(running);

        async Task<T> RunAsync(int racer)
        {
            await start.Task;
            return await race(racer);
        }
    }
}
