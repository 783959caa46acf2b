using System.Collections.Concurrent;

namespace Berth.Storage.Tests;

/// <summary>Callers at once, readers beside writers, writers that are stopped.</summary>
public abstract partial class ObjectStoreContract
{
    [SkippableFact]
    public async Task A_reader_that_has_begun_never_mixes_two_objects()
    {
        const int Size = 300_000;
        await Store.PutAsync(Key(), Data.Bytes(Size, 1), None);
        await using var stream = (await Store.OpenReadAsync(Key(), 0, null, None))!;
        var read = new byte[Size];
        await stream.ReadExactlyAsync(read.AsMemory(0, 10));
        await Store.PutAsync(Key(), Data.Bytes(Size, 2), None);
        try
        {
            await stream.ReadExactlyAsync(read.AsMemory(10));
        }
        catch (IOException)
        {
            return;
        }

        Assert.Equal(Data.Bytes(Size, 1), read);
    }

    [SkippableFact]
    public async Task Readers_among_writers_and_deleters_see_whole_objects_or_none()
    {
        var keys = Enumerable.Range(0, 2).Select(index => Key($"{index}")).ToArray();
        var wrong = new ConcurrentQueue<string>();
        var writing = Race.AllAsync(4, async writer =>
        {
            for (var round = 0; round < 8; round++)
            {
                await Store.PutAsync(keys[round % 2], Data.Bytes(70_000, writer), None);
                await Store.DeleteAsync(keys[(round + 1) % 2], None);
            }

            return true;
        });
        await Race.AllAsync(4, async _ =>
        {
            do
            {
                foreach (var key in keys)
                {
                    if (await TryReadAsync(key) is { } bytes && !IsWhole(bytes))
                    {
                        wrong.Enqueue(key);
                    }
                }
            }
            while (!writing.IsCompleted);

            return true;
        });
        await writing;

        Assert.Empty(wrong);

        static bool IsWhole(byte[] bytes) =>
            Enumerable.Range(0, 4).Any(writer => bytes.AsSpan().SequenceEqual(Data.Bytes(70_000, writer)));
    }

    [SkippableFact]
    public async Task A_put_cancelled_on_its_way_is_whole_or_absent()
    {
        for (var round = 0; round < 20; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var key = Key($"{round}");
            var put = Store.PutAsync(key, Data.Bytes(400_000, round), cancellation.Token);
            await cancellation.CancelAsync();
            var returned = false;
            try
            {
                await put;
                returned = true;
            }
            catch (OperationCanceledException)
            {
            }

            var read = await TryReadAsync(key);
            Assert.True(read is null ? !returned : read.AsSpan().SequenceEqual(Data.Bytes(400_000, round)));
        }
    }

    /// <summary>
    /// The bytes; <see langword="null"/> for absence, or where the read failed as it may beside writers.
    /// </summary>
    private async Task<byte[]?> TryReadAsync(string key)
    {
        try
        {
            return await Store.TryReadToEndAsync(key);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
