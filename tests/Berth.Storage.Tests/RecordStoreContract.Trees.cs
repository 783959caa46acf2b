namespace Berth.Storage.Tests;

/// <summary>Listing the keys of a tree of records.</summary>
public abstract partial class RecordStoreContract
{
    /// <summary>More than any test here writes.</summary>
    private const int MostKeys = 5000;

    /// <summary>Segments that a store has to write in some other way, of one length and of others.</summary>
    private static readonly string[] StrangeSegments =
    [
        "..", ".", "V1", "v1", "v1.", "con", " ", "  ", "%41", "%2e", "%", "~", "~a", "a~", "a+b", "a b", "\\", "#", "##",
        "?", "'", "''", "\"", "|", "||", "{", "}", "\t", "\0", "\u007f", "é", "日本語", "!", "!0", "[a]", "$a", "$", "a#b",
        "sha256:0a", "library.nginx", "-", "--",
    ];

    [SkippableFact]
    public async Task A_tree_without_records_is_an_empty_page()
    {
        await Store.PutAsync(new(_partition + "0/a", "row"), Data.Bytes(1), None);
        await Store.PutAsync(new(_partition + "-/a", "row"), Data.Bytes(1), None);
        var page = await Store.ListTreeAsync(_partition, null, 10, None);
        var behind = await Store.ListTreeAsync(_partition, new(_partition + "/a", "row"), 10, None);

        Assert.Empty(page.Items);
        Assert.False(page.More);
        Assert.Empty(behind.Items);
        Assert.False(behind.More);
    }

    [SkippableFact]
    public async Task A_tree_is_listed_whole_and_in_one_order_at_every_limit()
    {
        string[] partitions = ["0a", "0b", "9f", "aa", "ab", "ff"];
        string[] rows = ["1.10", "1.9", "A", "a", "a-b", "a.b", "latest", "~"];
        RecordKey[] keys =
        [
            .. from partition in partitions
               from row in rows.Take(partition[0] == 'a' ? rows.Length : 1)
               select new RecordKey($"{_partition}/{partition}", row),
        ];
        foreach (var key in keys.Reverse())
        {
            await Store.PutAsync(key, Data.Bytes(1), None);
        }

        await Store.PutAsync(new(_partition + "0", "beside"), Data.Bytes(1), None);
        await Store.PutAsync(new(_partition + "-/a", "beside"), Data.Bytes(1), None);
        for (var limit = 1; limit <= keys.Length + 1; limit++)
        {
            Assert.Equal(keys, await WalkAsync(limit));
        }

        Assert.Equal(keys, await WalkAsync(1000));
        Assert.Equal(
            [new(_partition + "/aa", "a"), new(_partition + "/aa", "a-b")],
            (await Store.ListTreeAsync(_partition, new(_partition + "/aa", "Z"), 2, None)).Items);
        Assert.Equal(
            [new(_partition + "/9f", "1.10")],
            (await Store.ListTreeAsync(_partition, new(_partition + "/9e", "x"), 1, None)).Items);
    }

    [SkippableFact]
    public async Task A_tree_has_every_strange_key_once_with_the_rows_of_a_partition_together()
    {
        string[] partitions =
        [
            .. StrangeSegments.Select(segment => $"{_partition}/{segment}"),
            .. StrangeSegments.Select(segment => $"{_partition}/deep/{segment}/x"),
            $"{_partition}/{new string('#', 150)}/{new string('\t', 120)}",
            $"{_partition}/{new string('#', 150)}/{new string('\t', 119)}#",
        ];
        var keys = partitions
            .SelectMany((partition, index) => StrangeSegments
                .Where((_, row) => index == 0 || (index + row) % 13 == 0)
                .Append("row")
                .Select(row => new RecordKey(partition, row)))
            .ToHashSet();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (key, cancellation) => await Store.PutAsync(key, Data.Bytes(1), cancellation));

        var walk = await WalkAsync(1000);
        Assert.Equal(keys.Count, walk.Count);
        Assert.True(keys.SetEquals(walk));
        foreach (var limit in new[] { 3, 7, walk.Count - 1 })
        {
            Assert.Equal(walk, await WalkAsync(limit));
        }

        var runs = walk.Where((key, index) => index == 0 || walk[index - 1].Partition != key.Partition).ToList();
        Assert.Equal(partitions.Length, runs.Count);
        foreach (var partition in walk.GroupBy(key => key.Partition))
        {
            Assert.Equal(partition.Select(key => key.Row).Order(StringComparer.Ordinal), partition.Select(key => key.Row));
        }
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task A_tree_goes_on_after_keys_that_are_gone(int limit)
    {
        var keys = await FillAsync(12);
        var seen = new List<RecordKey>();
        for (var page = await Store.ListTreeAsync(_partition, null, limit, None); ;
            page = await Store.ListTreeAsync(_partition, seen[^1], limit, None))
        {
            Assert.InRange(page.Items.Count, 1, limit);
            seen.AddRange(page.Items);
            foreach (var key in page.Items)
            {
                // In both ways, of which some stores leave something behind.
                var version = seen.Count % 2 == 0 ? (await Store.GetAsync(key, None))!.Version : null;
                Assert.True(await Store.DeleteAsync(key, version, None));
            }

            if (!page.More)
            {
                break;
            }
        }

        Assert.Equal(keys, seen);
        Assert.Empty((await Store.ListTreeAsync(_partition, null, 1000, None)).Items);
    }

    [SkippableFact]
    public async Task A_tree_has_records_that_were_replaced_once_and_none_that_were_deleted()
    {
        var keys = await FillAsync(20);
        foreach (var (index, key) in keys.Index())
        {
            for (var swap = 0; swap < index % 4; swap++)
            {
                var version = (await Store.GetAsync(key, None))!.Version;
                Assert.True(await Store.TryReplaceAsync(key, Data.Bytes(2, swap), version, None));
            }

            if (index % 5 > 2)
            {
                var version = index % 2 == 0 ? null : (await Store.GetAsync(key, None))!.Version;
                Assert.True(await Store.DeleteAsync(key, version, None));
            }

            if (index % 5 == 4)
            {
                Assert.True(await Store.TryCreateAsync(key, Data.Bytes(3), None));
            }
        }

        RecordKey[] stay = [.. keys.Where((_, index) => index % 5 != 3)];
        foreach (var limit in new[] { 1, 2, 5, 1000 })
        {
            Assert.Equal(stay, await WalkAsync(limit));
        }
    }

    [SkippableFact]
    public async Task A_tree_walked_beside_writers_has_what_stays_exactly_once()
    {
        var stays = await FillAsync(24);
        var writing = Race.AllAsync(4, async writer =>
        {
            for (var index = writer; index < stays.Count; index += 4)
            {
                var passing = stays[index] with { Row = $"{stays[index].Row}-{writer}" };
                await Store.PutAsync(passing, Data.Bytes(1), None);
                await Store.PutAsync(stays[index], Data.Bytes(2), None);
                await Store.DeleteAsync(passing, null, None);
            }

            return true;
        });
        do
        {
            var walk = await WalkAsync(5);
            Assert.Equal(stays, walk.Intersect(stays));
            Assert.Equal(walk.Count, walk.Distinct().Count());
        }
        while (!writing.IsCompleted);
        await writing;

        Assert.Equal(stays, await WalkAsync(5));
    }

    [SkippableFact]
    public async Task Records_of_the_root_itself_are_not_below_it()
    {
        for (var index = 0; index < 5; index++)
        {
            await Store.PutAsync(Key($"row-{index}"), Data.Bytes(1), None);
        }

        await Store.PutAsync(new($"{_partition}/z", "a"), Data.Bytes(1), None);

        Assert.Equal([new($"{_partition}/z", "a")], await WalkAsync(2));
    }

    [SkippableFact]
    public async Task A_tree_that_cannot_be_is_refused()
    {
        foreach (var root in new[] { "", "/", "a/", "/a", "a//b", "\ud800", new string('r', 65) })
        {
            await RefusesAsync(() => Store.ListTreeAsync(root, null, 10, None));
        }

        foreach (var after in new RecordKey[]
        {
            default, new(_partition, "row"), new(_partition + "0", "row"), new("other/a", "row"), new(_partition + "/a", ""),
            new(_partition + "/a", "b/c"), new(_partition + "/", "a"),
        })
        {
            await RefusesAsync(() => Store.ListTreeAsync(_partition, after, 10, None));
        }

        await RefusesAsync(() => Store.ListTreeAsync(_partition, null, 0, None));
        await RefusesAsync(() => Store.ListTreeAsync(_partition, null, 1001, None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.ListTreeAsync(_partition, null, 10, new CancellationToken(canceled: true)));
    }

    /// <summary>Records over four partitions of one length, in the order of a walk.</summary>
    private async Task<List<RecordKey>> FillAsync(int count)
    {
        var keys = Enumerable.Range(0, count)
            .Select(index => new RecordKey($"{_partition}/{"07af"[index % 4]}0", $"{index:d2}"))
            .OrderBy(key => key.Partition, StringComparer.Ordinal).ThenBy(key => key.Row, StringComparer.Ordinal)
            .ToList();
        foreach (var key in keys)
        {
            await Store.PutAsync(key, Data.Bytes(1), None);
        }

        return keys;
    }

    /// <summary>All pages of the tree; none empty where more follow.</summary>
    private async Task<List<RecordKey>> WalkAsync(int limit)
    {
        var keys = new List<RecordKey>();
        Page<RecordKey> page;
        do
        {
            page = await Store.ListTreeAsync(_partition, keys.Count == 0 ? null : keys[^1], limit, None);
            Assert.InRange(page.Items.Count, page.More ? 1 : 0, limit);
            keys.AddRange(page.Items);
            Assert.InRange(keys.Count, 0, MostKeys); // else it goes in a circle
        }
        while (page.More);

        return keys;
    }
}
