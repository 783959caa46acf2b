namespace Berth.Storage.Tests;

/// <summary>
/// What <see cref="IVersionedObjects"/> promises, for every provider that keeps its records so. Keys and listings are
/// those of <see cref="ObjectStoreContract"/>.
/// </summary>
/// <param name="store">The store, or <see langword="null"/> when <paramref name="skip"/> says why there is none.</param>
/// <param name="skip">Why the tests are skipped.</param>
/// <param name="racers">How many callers race.</param>
/// <param name="increments">How often each racer increments the shared counter.</param>
public abstract class VersionedObjectsContract(
    IVersionedObjects? store, string? skip = null, int racers = 32, int increments = 4)
{
    private readonly string _folder = $"records/{Guid.NewGuid():N}";

    private static CancellationToken None => CancellationToken.None;

    protected IVersionedObjects Store
    {
        get
        {
            Skip.IfNot(skip is null, skip);
            return store ?? throw new InvalidOperationException("A fixture has a store, or a reason to skip.");
        }
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(1_048_576)]
    public async Task An_object_comes_back_as_it_was_put(int size)
    {
        await PutAsync(Data.Bytes(size));

        Data.AssertSame(Data.Bytes(size), (await ReadAsync())!);
    }

    [SkippableFact]
    public async Task Absence_is_null()
    {
        await PutAsync(Data.Bytes(1), "a/b");

        Assert.Null(await Store.ReadAsync(Key(), None));
        Assert.Null(await Store.ReadAsync(Key("a"), None));
    }

    [SkippableFact]
    public async Task A_put_replaces_what_is_there_and_its_version()
    {
        var first = await PutAsync(Data.Bytes(500));
        var second = await PutAsync(Data.Bytes(20));

        Assert.NotEqual(first, second);
        Assert.Equal(Data.Bytes(20), await ReadAsync());
    }

    [SkippableFact]
    public async Task A_second_create_is_refused()
    {
        Assert.True(await Store.PutAsync(Key(), Data.Bytes(3, 1), PutCondition.Absent, None));
        Assert.False(await Store.PutAsync(Key(), Data.Bytes(3, 2), PutCondition.Absent, None));
        Assert.False(await Store.PutAsync(Key(), Data.Bytes(3, 1), PutCondition.Absent, None));

        Assert.Equal(Data.Bytes(3, 1), await ReadAsync());
    }

    [SkippableFact]
    public async Task A_put_over_a_version_happens_only_over_that_version()
    {
        var first = await PutAsync(Data.Bytes(3, 1));
        Assert.False(await Store.PutAsync(Key("absent"), Data.Bytes(3, 2), PutCondition.Matches(first), None));
        Assert.True(await Store.PutAsync(Key(), Data.Bytes(3, 2), PutCondition.Matches(first), None));

        Assert.False(await Store.PutAsync(Key(), Data.Bytes(3, 3), PutCondition.Matches(first), None));
        Assert.Equal(Data.Bytes(3, 2), await ReadAsync());
        var second = (await Store.ReadAsync(Key(), None))!.Version;
        Assert.True(await Store.PutAsync(Key(), Data.Bytes(3, 3), PutCondition.Matches(second), None));
        Assert.Equal(Data.Bytes(3, 3), await ReadAsync());
        Assert.Null(await Store.ReadAsync(Key("absent"), None));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_deleted_is_absent_and_can_be_created_again(bool byVersion)
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.True(await Store.PutAsync(Key(), Data.Bytes(3, round), PutCondition.Absent, None));
            var version = (await Store.ReadAsync(Key(), None))!.Version;
            Assert.True(await Store.DeleteAsync(Key(), byVersion ? version : null, None));

            Assert.Null(await Store.ReadAsync(Key(), None));
            Assert.Empty((await Store.ListAsync(_folder + "/", null, 10, None)).Items);
            Assert.False(await Store.PutAsync(Key(), Data.Bytes(3, 9), PutCondition.Matches(version), None));
            Assert.False(await Store.DeleteAsync(Key(), version, None));
        }

        await PutAsync(Data.Bytes(4));
        Assert.Equal(Data.Bytes(4), await ReadAsync());
        Assert.Equal([Key()], (await Store.ListAsync(_folder + "/", null, 10, None)).Items);
    }

    [SkippableFact]
    public async Task Delete_of_the_absent_succeeds_unless_a_version_is_given()
    {
        Assert.True(await Store.DeleteAsync(Key(), null, None));
        var version = await PutAsync(Data.Bytes(1));
        Assert.True(await Store.DeleteAsync(Key(), null, None));
        Assert.True(await Store.DeleteAsync(Key(), null, None));
        Assert.False(await Store.DeleteAsync(Key(), version, None));
    }

    [SkippableFact]
    public async Task Delete_of_a_version_leaves_another_version()
    {
        var first = await PutAsync(Data.Bytes(3, 1));
        var second = await PutAsync(Data.Bytes(3, 2));

        Assert.False(await Store.DeleteAsync(Key(), first, None));
        Assert.Equal(Data.Bytes(3, 2), await ReadAsync());
        Assert.True(await Store.DeleteAsync(Key(), second, None));
        Assert.Null(await Store.ReadAsync(Key(), None));
    }

    [SkippableFact]
    public async Task A_listing_passes_over_what_was_deleted()
    {
        for (var index = 0; index < 9; index++)
        {
            var version = await PutAsync(Data.Bytes(5, index), $"{index}");
            if (index % 4 != 0)
            {
                Assert.True(await Store.DeleteAsync(Key($"{index}"), index % 2 == 0 ? null : version, None));
            }
        }

        foreach (var limit in new[] { 1, 2, 3, 1000 })
        {
            var keys = new List<string>();
            Page<string> page;
            do
            {
                page = await Store.ListAsync(_folder + "/", keys.Count == 0 ? null : keys[^1], limit, None);
                Assert.InRange(page.Items.Count, page.More ? 1 : 0, limit);
                keys.AddRange(page.Items);
            }
            while (page.More);

            Assert.Equal([Key("0"), Key("4"), Key("8")], keys);
        }
    }

    [SkippableFact]
    public async Task A_cancelled_call_throws_and_does_nothing()
    {
        var version = await PutAsync(Data.Bytes(5), "there");
        var cancelled = new CancellationToken(canceled: true);

        await RefusesAsync(() => Store.ReadAsync(Key("there"), cancelled));
        await RefusesAsync(() => Store.PutAsync(Key(), Data.Bytes(5), PutCondition.Absent, cancelled));
        await RefusesAsync(() => Store.PutAsync(Key("there"), Data.Bytes(6), PutCondition.None, cancelled));
        await RefusesAsync(() => Store.DeleteAsync(Key("there"), version, cancelled));
        await RefusesAsync(() => Store.ListAsync(_folder + "/", null, 10, cancelled));
        Assert.Null(await Store.ReadAsync(Key(), None));
        Assert.Equal(Data.Bytes(5), await ReadAsync("there"));

        static Task RefusesAsync(Func<Task> call) => Assert.ThrowsAnyAsync<OperationCanceledException>(call);
    }

    [SkippableFact]
    public async Task Of_many_that_create_one_wins()
    {
        // The second round meets what the first left behind.
        for (var round = 0; round < 2; round++)
        {
            var wins = await Race.AllAsync(
                racers, racer => Store.PutAsync(Key(), Data.Bytes(100, racer), PutCondition.Absent, None));

            var winner = Assert.Single(wins.Index(), win => win.Item).Index;
            Assert.Equal(Data.Bytes(100, winner), await ReadAsync());
            Assert.True(await Store.DeleteAsync(Key(), (await Store.ReadAsync(Key(), None))!.Version, None));
        }
    }

    [SkippableFact]
    public async Task Of_many_that_swap_one_wins()
    {
        var version = await PutAsync(Data.Bytes(100, -1));
        var wins = await Race.AllAsync(
            racers, racer => Store.PutAsync(Key(), Data.Bytes(100, racer), PutCondition.Matches(version), None));

        var winner = Assert.Single(wins.Index(), win => win.Item).Index;
        Assert.Equal(Data.Bytes(100, winner), await ReadAsync());
    }

    [SkippableFact]
    public async Task Of_many_that_delete_or_swap_a_version_one_wins()
    {
        for (var round = 0; round < 4; round++)
        {
            var name = $"{round}";
            var version = await PutAsync(Data.Bytes(9, -1), name);
            var wins = await Race.AllAsync(racers, racer => racer % 2 == 0
                ? Store.PutAsync(Key(name), Data.Bytes(9, racer), PutCondition.Matches(version), None)
                : Store.DeleteAsync(Key(name), version, None));

            var winner = Assert.Single(wins.Index(), win => win.Item).Index;
            Assert.Equal(winner % 2 == 0, await ReadAsync(name) is not null);
        }
    }

    [SkippableFact]
    public async Task A_counter_loses_no_increment()
    {
        await PutAsync(BitConverter.GetBytes(0));
        await Race.AllAsync(racers, async _ =>
        {
            for (var done = 0; done < increments;)
            {
                var read = (await Store.ReadAsync(Key(), None))!;
                var next = BitConverter.GetBytes(BitConverter.ToInt32(read.Bytes.Span) + 1);
                if (await Store.PutAsync(Key(), next, PutCondition.Matches(read.Version), None))
                {
                    done++;
                }
            }

            return true;
        });

        Assert.Equal(racers * increments, BitConverter.ToInt32(await ReadAsync()));
    }

    private string Key(string name = "object") => $"{_folder}/{name}";

    private async Task<byte[]?> ReadAsync(string name = "object") =>
        (await Store.ReadAsync(Key(name), None))?.Bytes.ToArray();

    /// <summary>Puts unconditionally, and returns the version.</summary>
    private async Task<string> PutAsync(byte[] content, string name = "object")
    {
        Assert.True(await Store.PutAsync(Key(name), content, PutCondition.None, None));
        return (await Store.ReadAsync(Key(name), None))!.Version;
    }
}
