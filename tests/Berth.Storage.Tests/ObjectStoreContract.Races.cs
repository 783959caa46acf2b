using System.Collections.Concurrent;

namespace Berth.Storage.Tests;

/// <summary>Callers at once, readers beside writers, writers that are stopped.</summary>
public abstract partial class ObjectStoreContract
{
    [SkippableFact]
    public async Task Of_many_that_create_one_wins()
    {
        var wins = await Race.AllAsync(racers, async racer =>
            await Store.PutAsync(Key(), Data.Bytes(100, racer), PutCondition.Absent, None) is not null);

        var winner = Assert.Single(wins.Index(), win => win.Item).Index;
        Assert.Equal(Data.Bytes(100, winner), await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task Of_many_that_swap_one_wins()
    {
        var version = (await Store.PutAsync(Key(), Data.Bytes(100, -1), PutCondition.None, None))!;
        var wins = await Race.AllAsync(racers, async racer =>
            await Store.PutAsync(Key(), Data.Bytes(100, racer), PutCondition.Matches(version), None) is not null);

        var winner = Assert.Single(wins.Index(), win => win.Item).Index;
        Assert.Equal(Data.Bytes(100, winner), await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task Of_many_that_delete_or_swap_a_version_one_wins()
    {
        for (var round = 0; round < 4; round++)
        {
            var key = Key($"{round}");
            var version = (await Store.PutAsync(key, Data.Bytes(9, -1), PutCondition.None, None))!;
            var wins = await Race.AllAsync(racers, async racer => racer % 2 == 0
                ? await Store.PutAsync(key, Data.Bytes(9, racer), PutCondition.Matches(version), None) is not null
                : await Store.DeleteAsync(key, version, None));

            var winner = Assert.Single(wins.Index(), win => win.Item).Index;
            Assert.Equal(winner % 2 == 0, await Store.StatAsync(key, None) is not null);
        }
    }

    [SkippableFact]
    public async Task A_counter_loses_no_increment()
    {
        await Store.PutAsync(Key(), BitConverter.GetBytes(0), PutCondition.Absent, None);
        await Race.AllAsync(racers, async _ =>
        {
            for (var done = 0; done < increments;)
            {
                var read = (await Store.ReadAsync(Key(), None))!;
                var next = BitConverter.GetBytes(BitConverter.ToInt32(read.Bytes.Span) + 1);
                if (await Store.PutAsync(Key(), next, PutCondition.Matches(read.Version), None) is not null)
                {
                    done++;
                }
            }

            return true;
        });

        var count = BitConverter.ToInt32((await Store.ReadAsync(Key(), None))!.Bytes.Span);
        Assert.Equal(racers * increments, count);
    }

    [SkippableFact]
    public async Task A_reader_that_has_begun_never_mixes_two_objects()
    {
        const int Size = 300_000;
        await Store.PutAsync(Key(), Data.Bytes(Size, 1), PutCondition.None, None);
        await using var stream = (await Store.OpenReadAsync(Key(), 0, null, None))!;
        var read = new byte[Size];
        await stream.ReadExactlyAsync(read.AsMemory(0, 10));
        await Store.PutAsync(Key(), Data.Bytes(Size, 2), PutCondition.None, None);
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
                await Store.PutAsync(keys[round % 2], Data.Bytes(70_000, writer), PutCondition.None, None);
                await Store.DeleteAsync(keys[(round + 1) % 2], null, None);
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
            var put = Store.PutAsync(key, Data.Bytes(400_000, round), PutCondition.Absent, cancellation.Token);
            await cancellation.CancelAsync();
            var returned = false;
            try
            {
                returned = await put is not null;
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
