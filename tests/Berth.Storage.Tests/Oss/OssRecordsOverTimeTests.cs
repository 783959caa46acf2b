using Berth.Storage.Oss;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Storage.Tests.Oss;

/// <summary>What becomes of generations as time passes, and of those who come late.</summary>
public sealed class OssRecordsOverTimeTests(OssFixture oss) : IClassFixture<OssFixture>
{
    private static readonly TimeSpan MoreThanAnHour = TimeSpan.FromMinutes(61);

    private readonly string _partition = $"time/{Guid.NewGuid():N}";
    private readonly HastyTime _time = new();

    private static CancellationToken None => CancellationToken.None;

    private RecordKey Key => new(_partition, "row");

    private Bucket Bucket => oss.Server.Bucket;

    [Fact]
    public async Task A_first_creation_is_one_request_and_reading_it_two()
    {
        var store = New();
        await store.TryCreateAsync(new(_partition, "other"), Data.Bytes(1), None); // asks about versioning
        Assert.Equal(["PutObject"], await OperationsAsync(() => store.TryCreateAsync(Key, Data.Bytes(1), None)));
        Assert.Equal(["GetObject", "ListObjects"], await OperationsAsync(() => store.GetAsync(Key, None)));

        var version = (await store.GetAsync(Key, None))!.Version;
        Assert.Equal(["PutObject"], await OperationsAsync(() => store.TryReplaceAsync(Key, Data.Bytes(2), version, None)));
        Assert.Equal(["GetObject", "GetObject", "ListObjects"], await OperationsAsync(() => store.GetAsync(Key, None)));
        Assert.Equal(["ListObjects"], await OperationsAsync(() => store.ListRowsAsync(_partition, null, 100, None)));
    }

    [Fact]
    public async Task Generations_whose_successor_is_old_are_removed_but_for_the_root_and_the_newest()
    {
        var store = New();
        for (byte value = 1; value <= 5; value++)
        {
            await store.PutAsync(Key, new[] { value }, None);
        }

        await store.ListRowsAsync(_partition, null, 10, None);
        Assert.Equal(5, Generations());

        Bucket.Age(MoreThanAnHour);
        await store.PutAsync(Key, new byte[] { 6 }, None);
        Assert.Equal([6], (await store.GetAsync(Key, None))!.Value.ToArray());
        await WaitAsync(() => Generations() == 3); // the root, the one that was the newest an hour ago, and the newest

        Assert.Equal([6], (await store.GetAsync(Key, None))!.Value.ToArray());
        Assert.False(await store.TryCreateAsync(Key, Data.Bytes(1), None));
    }

    [Fact]
    public async Task A_record_deleted_long_ago_leaves_nothing_and_is_created_again_in_one_request()
    {
        var time = new SetTime();
        var (store, late) = (New(), New(time));
        await store.PutAsync(Key, Data.Bytes(1), None);
        await store.PutAsync(Key, Data.Bytes(2), None);
        var old = (await late.GetAsync(Key, None))!.Version;
        await store.DeleteAsync(Key, null, None);
        await store.ListRowsAsync(_partition, null, 10, None);
        Assert.Equal(3, Generations());

        Bucket.Age(MoreThanAnHour);
        time.Move(MoreThanAnHour);
        Assert.Empty((await store.ListRowsAsync(_partition, null, 10, None)).Items);
        await WaitAsync(() => Generations() == 1); // what closed the era
        Assert.Equal(["ListObjects"], await OperationsAsync(() => store.ListRowsAsync(_partition, null, 10, None)));
        Bucket.Age(MoreThanAnHour);
        await store.ListRowsAsync(_partition, null, 10, None);
        await WaitAsync(() => Generations() == 0);

        Assert.Equal(["PutObject"], await OperationsAsync(() => store.TryCreateAsync(Key, Data.Bytes(3), None)));
        Assert.Equal(Data.Bytes(3), (await store.GetAsync(Key, None))!.Value.ToArray());
        Assert.False(await late.DeleteAsync(Key, old, None));
        var current = (await store.GetAsync(Key, None))!.Version;
        Assert.NotEqual(old, current);
        Assert.True(await store.TryReplaceAsync(Key, Data.Bytes(4), current, None));
    }

    [Fact]
    public async Task What_deletions_left_is_removed_though_nobody_lists_it()
    {
        var time = new SetTime();
        var store = New(time);
        foreach (var row in new[] { "b", "c", "d" })
        {
            await store.PutAsync(new(_partition, row), Data.Bytes(1), None);
            await store.DeleteAsync(new(_partition, row), null, None);
        }

        await store.PutAsync(new(_partition, "a"), Data.Bytes(1), None);
        Bucket.Age(MoreThanAnHour);
        time.Move(MoreThanAnHour);
        await store.DeleteAsync(new(_partition, "a"), null, None);

        await WaitAsync(() => Generations() == 5); // what closed three eras, and the one deleted last
    }

    [Fact]
    public async Task Sweeping_beside_writers_loses_nothing()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => New()).ToArray();
        for (var round = 0; round < 25; round++)
        {
            // A record deleted an hour ago, which some remove while others create it.
            var key = new RecordKey(_partition, $"{round}");
            await stores[0].PutAsync(key, Data.Bytes(1), None);
            await stores[1].DeleteAsync(key, null, None);
            Bucket.Age(MoreThanAnHour);
            var wins = await Race.AllAsync(8, async racer =>
            {
                var store = stores[racer % stores.Length];
                if (racer < 4)
                {
                    await store.GetAsync(key, None);
                    return false;
                }

                for (var tries = 0; ; tries++)
                {
                    try
                    {
                        return await store.TryCreateAsync(key, Data.Bytes(9, racer), None);
                    }
                    catch (StorageException e) when (e.IsThrottled && tries < 1000)
                    {
                        await Task.Delay(1); // it is being removed, and this clock does not wait for it
                    }
                }
            });

            var winner = Assert.Single(wins.Index(), win => win.Item).Index;
            Assert.Equal(Data.Bytes(9, winner), (await stores[2].GetAsync(key, None))!.Value.ToArray());
        }
    }

    [Theory]
    [InlineData(11, 11)]
    [InlineData(120, 1)]
    [InlineData(-120, 1)]
    [InlineData(1, 11)]
    public async Task A_version_read_long_ago_by_either_clock_is_read_again_before_it_is_swapped(int wall, int monotonic)
    {
        var time = new SetTime();
        var (slow, other) = (New(time), New());
        await other.PutAsync(Key, Data.Bytes(1, 1), None);
        var version = (await slow.GetAsync(Key, None))!.Version;
        for (var seed = 2; seed <= 4; seed++)
        {
            await other.PutAsync(Key, Data.Bytes(1, seed), None);
        }

        Bucket.Age(MoreThanAnHour);
        await other.ListRowsAsync(_partition, null, 10, None);
        await WaitAsync(() => Generations() == 2); // generation 2, which the version's swap would create, is gone
        time.Move(TimeSpan.FromMinutes(wall), TimeSpan.FromMinutes(monotonic));

        Assert.False(await slow.TryReplaceAsync(Key, Data.Bytes(1, 9), version, None));
        Assert.False(await slow.DeleteAsync(Key, version, None));
        Assert.Equal(Data.Bytes(1, 4), (await other.GetAsync(Key, None))!.Value.ToArray());
    }

    [Fact]
    public async Task A_host_that_froze_while_it_swapped_does_not_go_on()
    {
        var time = new FreezingTime();
        var (frozen, other) = (New(time), New());
        await other.PutAsync(Key, Data.Bytes(1, 1), None);
        var version = (await frozen.GetAsync(Key, None))!.Version;
        oss.Server.Inject(Fault.Drop(), "PutObject", _ => time.Freeze());

        var fault = await Assert.ThrowsAsync<StorageException>(
            () => frozen.TryReplaceAsync(Key, Data.Bytes(1, 2), version, None));

        Assert.True(fault.IsThrottled);
        Assert.Equal(0, oss.Server.FaultsLeft);
        Assert.Equal(1, Generations());
    }

    /// <summary>What it would then create might have been there and gone: it would take the root from a record that lives.</summary>
    [Fact]
    public async Task A_host_that_froze_between_listing_and_removing_does_not_remove()
    {
        var time = new FreezingTime();
        var (frozen, other) = (oss.NewBucket(time), New());
        await other.PutAsync(Key, Data.Bytes(1), None);
        await other.DeleteAsync(Key, null, None);
        Bucket.Age(MoreThanAnHour);
        var (names, reads) = (new RecordNames(frozen.Folder), new ObjectReads(frozen));
        var (creates, listing) = (new CreateOnly(frozen, reads), new RecordListing(frozen, names));
        var sweep = new RecordSweep(frozen, names, creates, listing, NullLogger.Instance);
        var row = await listing.ReadAsync(Key, None);
        time.Freeze();

        await Assert.ThrowsAsync<StorageException>(() => sweep.TryRemoveAsync(row, None));

        Assert.Equal(2, Generations());
        Assert.True(await sweep.TryRemoveAsync(await listing.ReadAsync(Key, None), None));
    }

    /// <summary>Another one has closed the era again meanwhile, and the root may be a new one's.</summary>
    [Fact]
    public async Task A_host_that_froze_between_closing_and_removing_does_not_remove()
    {
        var time = new FreezingTime();
        var (frozen, other) = (New(time), New());
        await other.PutAsync(Key, Data.Bytes(1), None);
        await other.DeleteAsync(Key, null, None);
        Bucket.Age(MoreThanAnHour);
        oss.Server.Inject(Fault.Delay(TimeSpan.Zero), "PutObject", request => request.Key.Contains(_partition, StringComparison.Ordinal) && time.Freeze());

        await frozen.ListRowsAsync(_partition, null, 10, None);
        await WaitAsync(() => oss.Server.FaultsLeft == 0);
        await QuietAsync();

        Assert.Equal(3, Generations());
    }

    [Fact]
    public async Task A_version_that_came_by_another_way_is_read_again()
    {
        var store = New();
        await store.PutAsync(Key, Data.Bytes(1), None);
        var version = string.Concat((await store.GetAsync(Key, None))!.Version);
        var copy = new string(version.AsSpan());

        Assert.Equal(
            ["ListObjects", "PutObject"], await OperationsAsync(() => store.TryReplaceAsync(Key, Data.Bytes(2), copy, None)));
        Assert.False(await store.TryReplaceAsync(Key, Data.Bytes(3), copy, None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_whose_removal_got_no_answer_cannot_be_created_for_an_hour(bool isDone)
    {
        var store = New();
        await store.PutAsync(Key, Data.Bytes(1), None);
        await store.DeleteAsync(Key, null, None);
        Bucket.Age(MoreThanAnHour);
        oss.Server.Inject(
            isDone ? Fault.DropAfterDone() : Fault.Drop(), "DeleteObject", request => request.Key.EndsWith("#root", StringComparison.Ordinal));
        await store.ListRowsAsync(_partition, null, 10, None);
        await WaitAsync(() => oss.Server.FaultsLeft == 0);

        Assert.Null(await store.GetAsync(Key, None));
        if (!isDone)
        {
            var busy = await Assert.ThrowsAsync<StorageException>(() => store.TryCreateAsync(Key, Data.Bytes(2), None));
            Assert.True(busy.IsThrottled);
            Bucket.Age(MoreThanAnHour);
        }

        Assert.True(await store.TryCreateAsync(Key, Data.Bytes(2), None));
        Assert.Equal(Data.Bytes(2), (await store.GetAsync(Key, None))!.Value.ToArray());
        Assert.False(await store.TryCreateAsync(Key, Data.Bytes(3), None));
    }

    [Fact]
    public async Task What_somebody_else_left_below_records_is_no_record()
    {
        var store = New();
        await store.PutAsync(Key, Data.Bytes(1), None);
        var client = oss.NewBucket();
        foreach (var name in new[] { "row#", "row#zzz", "none", "row2#00000000-0011223344556677", ".row#root" })
        {
            await client.SendOnceAsync(
                new(Data.Bytes(40)),
                (c, body) => c.PutObject(client.Name, $"registry/one/records/{_partition}/{name}", body, new()), None);
        }

        Assert.Equal(["row"], (await store.ListRowsAsync(_partition, null, 10, None)).Items);
        Assert.Equal(Data.Bytes(1), (await store.GetAsync(Key, None))!.Value.ToArray());
        Assert.Null(await store.GetAsync(new(_partition, "row2"), None));
    }

    [Fact]
    public async Task What_is_too_large_for_a_record_is_not_read_into_memory()
    {
        var client = oss.NewBucket();
        await client.SendOnceAsync(
            new(new byte[(1024 * 1024) + 1]),
            (c, body) => c.PutObject(client.Name, $"registry/one/records/{_partition}/row#root", body, new()), None);

        await Assert.ThrowsAsync<StorageException>(() => New().GetAsync(Key, None));
    }

    private OssRecords New(TimeProvider? time = null) => new OssRecords(oss.NewBucket(time ?? _time), NullLogger.Instance);

    private int Generations() => Bucket.Keys.Count(key => key.Contains($"{_partition}/", StringComparison.Ordinal));

    private async Task<string[]> OperationsAsync(Func<Task> call)
    {
        oss.Server.ForgetRequests();
        await call();
        return [.. oss.Server.Requests.Select(request => request.Operation).Order(StringComparer.Ordinal)];
    }

    /// <summary>Waits until no more requests come: sweeps go on in the background.</summary>
    private async Task QuietAsync()
    {
        for (var (round, before) = (0, -1); round < 1000 && oss.Server.Requests.Count != before; round++)
        {
            before = oss.Server.Requests.Count;
            await Task.Delay(20);
        }
    }

    /// <summary>Waits for what goes on in the background.</summary>
    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var round = 0; !condition(); round++)
        {
            Assert.True(round < 1000, "It did not happen.");
            await Task.Delay(10);
        }
    }

    /// <summary>A host's clocks, of which the monotonic one does not count while it is frozen; short waits are over at once.</summary>
    private sealed class FreezingTime : TimeProvider
    {
        private readonly HastyTime _time = new();
        private TimeSpan _frozen;

        public bool Freeze()
        {
            _frozen += TimeSpan.FromHours(2);
            return true;
        }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _frozen;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _time.CreateTimer(callback, state, dueTime, period);
    }
}
