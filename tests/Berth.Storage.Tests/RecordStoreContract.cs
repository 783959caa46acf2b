namespace Berth.Storage.Tests;

/// <summary>
/// What <see cref="IRecordStore"/> promises, for every provider: derive, pass the store, and all facts run. Every test
/// has
/// partitions of its own, so a store may be shared and need not be empty.
/// </summary>
/// <param name="store">The store, or <see langword="null"/> when <paramref name="skip"/> says why there is
/// none.</param>
/// <param name="skip">Why the tests are skipped: an emulator is not installed.</param>
/// <param name="racers">How many callers race; fewer only where an emulator cannot take so many connections.</param>
/// <param name="increments">How often each racer increments the shared counter.</param>
public abstract partial class RecordStoreContract(
    IRecordStore? store, string? skip = null, int racers = 32, int increments = 4)
{
    private const int MaximumSize = 524_288;

    private readonly string _partition = $"contract/{Guid.NewGuid():N}";

    private static CancellationToken None => CancellationToken.None;

    private IRecordStore Store
    {
        get
        {
            Skip.IfNot(skip is null, skip);
            return store ?? throw new InvalidOperationException("A fixture has a store, or a reason to skip.");
        }
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40_000)]
    [InlineData(MaximumSize)]
    public async Task A_record_comes_back_as_it_was_written(int size)
    {
        await Store.PutAsync(Key("put"), Data.Bytes(size), None);
        Assert.True(await Store.TryCreateAsync(Key("created"), Data.Bytes(size), None));
        await Store.PutAsync(Key("replaced"), Data.Bytes(1), None);
        var version = (await Store.GetAsync(Key("replaced"), None))!.Version;
        Assert.True(await Store.TryReplaceAsync(Key("replaced"), Data.Bytes(size), version, None));

        foreach (var row in new[] { "put", "created", "replaced" })
        {
            Assert.Equal(Data.Bytes(size), await ValueAsync(row));
        }
    }

    [SkippableFact]
    public async Task A_value_over_the_limit_is_refused()
    {
        var value = new byte[MaximumSize + 1];
        await Store.PutAsync(Key("there"), Data.Bytes(1), None);
        var version = (await Store.GetAsync(Key("there"), None))!.Version;

        await RefusesAsync(() => Store.PutAsync(Key(), value, None));
        await RefusesAsync(() => Store.TryCreateAsync(Key(), value, None));
        await RefusesAsync(() => Store.TryReplaceAsync(Key("there"), value, version, None));
        Assert.Null(await Store.GetAsync(Key(), None));
        Assert.Equal(Data.Bytes(1), await ValueAsync("there"));
    }

    [SkippableFact]
    public async Task Absence_is_null()
    {
        Assert.Null(await Store.GetAsync(Key(), None));
        Assert.True(await Store.DeleteAsync(Key(), null, None));
        await Store.PutAsync(Key("other"), Data.Bytes(1), None);
        var version = (await Store.GetAsync(Key("other"), None))!.Version;
        Assert.False(await Store.TryReplaceAsync(Key(), Data.Bytes(1), version, None));
        Assert.False(await Store.DeleteAsync(Key(), version, None));
        Assert.Null(await Store.GetAsync(Key(), None));
    }

    [SkippableFact]
    public async Task A_second_create_is_refused()
    {
        Assert.True(await Store.TryCreateAsync(Key(), Data.Bytes(3, 1), None));
        Assert.False(await Store.TryCreateAsync(Key(), Data.Bytes(3, 2), None));
        Assert.False(await Store.TryCreateAsync(Key(), Data.Bytes(3, 1), None));
        Assert.Equal(Data.Bytes(3, 1), await ValueAsync());

        Assert.True(await Store.DeleteAsync(Key(), null, None));
        Assert.True(await Store.TryCreateAsync(Key(), Data.Bytes(3, 2), None));
        Assert.Equal(Data.Bytes(3, 2), await ValueAsync());
    }

    [SkippableFact]
    public async Task Ensuring_creates_what_is_absent_and_leaves_what_is_there()
    {
        for (var round = 0; round < 2; round++)
        {
            await Race.AllAsync(racers, async racer =>
            {
                await Store.EnsureAsync(Key(), Data.Bytes(50, racer), None);
                return true;
            });
            var first = await Store.GetAsync(Key(), None);
            await Store.EnsureAsync(Key(), Data.Bytes(3), None);

            Assert.Equal(50, first!.Value.Length);
            Assert.Equal(first.Version, (await Store.GetAsync(Key(), None))!.Version);
            Assert.True(await Store.DeleteAsync(Key(), null, None));
            Assert.Null(await Store.GetAsync(Key(), None));
        }
    }

    [SkippableFact]
    public async Task A_swap_happens_only_over_the_version_read()
    {
        await Store.PutAsync(Key(), Data.Bytes(3, 1), None);
        var first = (await Store.GetAsync(Key(), None))!.Version;
        Assert.True(await Store.TryReplaceAsync(Key(), Data.Bytes(3, 2), first, None));
        Assert.False(await Store.TryReplaceAsync(Key(), Data.Bytes(3, 3), first, None));

        Assert.Equal(Data.Bytes(3, 2), await ValueAsync());
    }

    [SkippableFact]
    public async Task A_version_stays_while_nothing_is_written()
    {
        await Store.PutAsync(Key(), Data.Bytes(3), None);
        var first = (await Store.GetAsync(Key(), None))!.Version;
        await Store.TryCreateAsync(Key(), Data.Bytes(4), None);
        await Store.DeleteAsync(Key(), "another", None);

        Assert.Equal(first, (await Store.GetAsync(Key(), None))!.Version);
        Assert.Equal(first, (await Store.ListAsync(_partition, null, 10, None)).Items[0].Version);
    }

    [SkippableFact]
    public async Task A_version_never_returns_even_when_the_value_does()
    {
        var versions = new List<string>();
        foreach (var seed in new[] { 1, 2, 1, 1 })
        {
            await Store.PutAsync(Key(), Data.Bytes(3, seed), None);
            versions.Add((await Store.GetAsync(Key(), None))!.Version);
        }

        await Store.DeleteAsync(Key(), null, None);
        await Store.TryCreateAsync(Key(), Data.Bytes(3, 1), None);
        versions.Add((await Store.GetAsync(Key(), None))!.Version);

        Assert.Equal(versions.Count, versions.Distinct(StringComparer.Ordinal).Count());
        foreach (var old in versions[..^1])
        {
            Assert.False(await Store.TryReplaceAsync(Key(), Data.Bytes(3, 9), old, None));
            Assert.False(await Store.DeleteAsync(Key(), old, None));
        }

        Assert.Equal(Data.Bytes(3, 1), await ValueAsync());
        Assert.True(await Store.TryReplaceAsync(Key(), Data.Bytes(3, 1), versions[^1], None));
        Assert.False(await Store.TryReplaceAsync(Key(), Data.Bytes(3, 1), versions[^1], None));
    }

    [SkippableFact]
    public async Task Delete_of_a_version_leaves_another_version()
    {
        await Store.PutAsync(Key(), Data.Bytes(3, 1), None);
        var first = (await Store.GetAsync(Key(), None))!.Version;
        await Store.PutAsync(Key(), Data.Bytes(3, 2), None);
        var second = (await Store.GetAsync(Key(), None))!.Version;

        Assert.False(await Store.DeleteAsync(Key(), first, None));
        Assert.Equal(Data.Bytes(3, 2), await ValueAsync());
        Assert.True(await Store.DeleteAsync(Key(), second, None));
        Assert.Null(await Store.GetAsync(Key(), None));
        Assert.False(await Store.DeleteAsync(Key(), second, None));
    }

    [SkippableFact]
    public async Task Of_many_that_create_one_wins()
    {
        var wins = await Race.AllAsync(
            racers, racer => Store.TryCreateAsync(Key(), Data.Bytes(50, racer), None));

        var winner = Assert.Single(wins.Index(), win => win.Item).Index;
        Assert.Equal(Data.Bytes(50, winner), await ValueAsync());
    }

    [SkippableFact]
    public async Task Of_many_that_swap_one_wins()
    {
        await Store.PutAsync(Key(), Data.Bytes(50, -1), None);
        var version = (await Store.GetAsync(Key(), None))!.Version;
        var wins = await Race.AllAsync(
            racers, racer => Store.TryReplaceAsync(Key(), Data.Bytes(50, racer), version, None));

        var winner = Assert.Single(wins.Index(), win => win.Item).Index;
        Assert.Equal(Data.Bytes(50, winner), await ValueAsync());
    }

    [SkippableFact]
    public async Task Of_many_that_delete_or_swap_a_version_one_wins()
    {
        await Store.PutAsync(Key(), Data.Bytes(50, -1), None);
        var version = (await Store.GetAsync(Key(), None))!.Version;
        var wins = await Race.AllAsync(racers, racer => racer % 2 == 0
            ? Store.TryReplaceAsync(Key(), Data.Bytes(50, racer), version, None)
            : Store.DeleteAsync(Key(), version, None));

        var winner = Assert.Single(wins.Index(), win => win.Item).Index;
        Assert.Equal(winner % 2 == 0, await Store.GetAsync(Key(), None) is not null);
    }

    [SkippableFact]
    public async Task Of_many_that_swap_in_the_same_value_one_wins()
    {
        await Store.PutAsync(Key(), Data.Bytes(50), None);
        var version = (await Store.GetAsync(Key(), None))!.Version;
        var wins = await Race.AllAsync(
            racers, _ => Store.TryReplaceAsync(Key(), Data.Bytes(50), version, None));

        Assert.Single(wins, win => win);
    }

    [SkippableFact]
    public async Task A_counter_loses_no_increment()
    {
        await Store.TryCreateAsync(Key(), BitConverter.GetBytes(0), None);
        await Race.AllAsync(racers, async _ =>
        {
            for (var done = 0; done < increments;)
            {
                var record = (await Store.GetAsync(Key(), None))!;
                var next = BitConverter.GetBytes(BitConverter.ToInt32(record.Value.Span) + 1);
                if (await Store.TryReplaceAsync(Key(), next, record.Version, None))
                {
                    done++;
                }
            }

            return true;
        });

        Assert.Equal(racers * increments, BitConverter.ToInt32(await ValueAsync()));
    }

    [SkippableFact]
    public async Task Rows_and_partitions_that_differ_in_any_way_are_distinct()
    {
        string[] rows =
        [
            "V1", "v1", "v1.", "~", "sha256:0a", "library~nginx", "a+b", "..", ".", " ", "é", "con", "a%41", "%2e",
            "\t",
            "a\\b", "a#b", "a?b", "latest", "_x", new string('R', 200),
        ];
        string[] partitions = [$"{_partition}/P", $"{_partition}/p", $"{_partition}/p.", $"{_partition}/#/?"];
        foreach (var (index, partition) in partitions.Index())
        {
            foreach (var row in rows)
            {
                Assert.True(await Store.TryCreateAsync(new(partition, row), Data.Bytes(9, index + row.Length), None));
            }
        }

        foreach (var (index, partition) in partitions.Index())
        {
            var page = await Store.ListAsync(partition, null, 1000, None);
            Assert.Equal(rows.Order(StringComparer.Ordinal), page.Items.Select(entry => entry.Row));
            Assert.All(
                page.Items,
                entry => Assert.Equal(Data.Bytes(9, index + entry.Row.Length), entry.Value.ToArray()));
        }
    }

    [SkippableFact]
    public async Task Malformed_keys_are_refused()
    {
        RecordKey[] malformed =
        [
            new("", "a"), new("a", ""), new("a/", "b"), new("/a", "b"), new("a//b", "c"), new("a", "b/c"), new("a",
            "b/"),
            new("a", "\ud800"), new("\udc00", "a"), new("a", new string('b', 256)), new(new string('a', 256), "b"),
            new($"{new string('a', 255)}/{new string('a', 255)}/a", "b"),
            new($"{new string('a', 255)}/{new string('a', 255)}", new string('é', 145)),
        ];
        foreach (var key in malformed)
        {
            await RefusesAsync(() => Store.GetAsync(key, None));
            await RefusesAsync(() => Store.PutAsync(key, Data.Bytes(1), None));
            await RefusesAsync(() => Store.TryCreateAsync(key, Data.Bytes(1), None));
            await RefusesAsync(() => Store.TryReplaceAsync(key, Data.Bytes(1), "1", None));
            await RefusesAsync(() => Store.DeleteAsync(key, null, None));
            await RefusesAsync(() => Store.ListAsync(key.Partition, key.Row, 10, None));
            await RefusesAsync(() => Store.ListRowsAsync(key.Partition, key.Row, 10, None));
        }

        await RefusesAsync(() => Store.ListAsync(_partition, null, 0, None));
        await RefusesAsync(() => Store.ListRowsAsync(_partition, null, 1001, None));
    }

    [SkippableFact]
    public async Task A_key_as_long_as_may_be_is_ordinary()
    {
        var partition = $"{_partition}/{new string('p', 255)}/";
        partition += new string('p', StorageKey.MaximumPartitionLength - partition.Length);
        var key = new RecordKey(partition, new string('r', 255));
        await Store.PutAsync(key, Data.Bytes(1), None);

        Assert.Equal(Data.Bytes(1), (await Store.GetAsync(key, None))!.Value.ToArray());
        Assert.Equal([key.Row], (await Store.ListRowsAsync(partition, null, 10, None)).Items);
    }

    [SkippableFact]
    public async Task A_cancelled_call_throws_and_does_nothing()
    {
        await Store.PutAsync(Key("there"), Data.Bytes(1), None);
        var cancelled = new CancellationToken(canceled: true);

        await CancelsAsync(() => Store.GetAsync(Key("there"), cancelled));
        await CancelsAsync(() => Store.PutAsync(Key(), Data.Bytes(1), cancelled));
        await CancelsAsync(() => Store.TryCreateAsync(Key(), Data.Bytes(1), cancelled));
        await CancelsAsync(() => Store.EnsureAsync(Key(), Data.Bytes(1), cancelled));
        await CancelsAsync(() => Store.TryReplaceAsync(Key("there"), Data.Bytes(2), "1", cancelled));
        await CancelsAsync(() => Store.DeleteAsync(Key("there"), null, cancelled));
        await CancelsAsync(() => Store.ListAsync(_partition, null, 10, cancelled));
        await CancelsAsync(() => Store.ListRowsAsync(_partition, null, 10, cancelled));
        Assert.Equal(["there"], (await Store.ListRowsAsync(_partition, null, 10, None)).Items);

        static Task CancelsAsync(Func<Task> call) => Assert.ThrowsAnyAsync<OperationCanceledException>(call);
    }

    private static async Task RefusesAsync(Func<Task> call) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(call);

    private RecordKey Key(string row = "row") => new(_partition, row);

    private async Task<byte[]> ValueAsync(string row = "row") =>
        (await Store.GetAsync(Key(row), None) ?? throw new FileNotFoundException("No such record.")).Value.ToArray();
}
