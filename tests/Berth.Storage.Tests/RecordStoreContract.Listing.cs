namespace Berth.Storage.Tests;

/// <summary>Listing rows and records.</summary>
public abstract partial class RecordStoreContract
{
    [SkippableFact]
    public async Task A_partition_without_records_is_an_empty_page()
    {
        var rows = await Store.ListRowsAsync(_partition, null, 10, None);
        var records = await Store.ListAsync(_partition, "after", 10, None);

        Assert.Empty(rows.Items);
        Assert.False(rows.More);
        Assert.Empty(records.Items);
        Assert.False(records.More);
    }

    [SkippableFact]
    public async Task A_listing_is_in_ordinal_order_page_after_page()
    {
        string[] rows = ["1.10", "1.9", "A", "Z", "a", "a-b", "a.b", "a0", "aa", "latest", "v1", "v1.0", "z", "~"];
        foreach (var row in rows.Reverse())
        {
            await Store.PutAsync(Key(row), Data.Bytes(7, row.Length), None);
        }

        await Store.PutAsync(new(_partition + "0", "a"), Data.Bytes(1), None);
        foreach (var limit in new[] { 1, 3, 7, rows.Length - 1, rows.Length, 1000 })
        {
            Assert.Equal(rows, await PagesAsync(limit, async after =>
                await Store.ListRowsAsync(_partition, after, limit, None)));
            Assert.Equal(rows, await PagesAsync(limit, async after =>
            {
                var page = await Store.ListAsync(_partition, after, limit, None);
                Assert.All(page.Items, entry =>
                    Assert.Equal(Data.Bytes(7, entry.Row.Length), entry.Value.ToArray()));
                return new([.. page.Items.Select(entry => entry.Row)], page.More);
            }));
        }

        Assert.Equal(["aa", "latest"], (await Store.ListRowsAsync(_partition, "a1", 2, None)).Items);
        Assert.Empty((await Store.ListRowsAsync(_partition, "~", 2, None)).Items);
    }

    [SkippableFact]
    public async Task Only_a_page_with_rows_behind_it_has_more()
    {
        for (var index = 0; index < 4; index++)
        {
            await Store.PutAsync(Key($"{index}"), Data.Bytes(1), None);
        }

        Assert.True((await Store.ListAsync(_partition, null, 3, None)).More);
        Assert.False((await Store.ListAsync(_partition, null, 4, None)).More);
        Assert.True((await Store.ListRowsAsync(_partition, "0", 2, None)).More);
        Assert.False((await Store.ListRowsAsync(_partition, "0", 3, None)).More);
    }

    [SkippableFact]
    public async Task A_page_read_while_its_rows_are_deleted_has_those_that_stay()
    {
        string[] rows = [.. Enumerable.Range(0, 40).Select(index => $"{index:d2}")];
        foreach (var row in rows)
        {
            await Store.PutAsync(Key(row), Data.Bytes(1), None);
        }

        var deleting = Race.AllAsync(4, async racer =>
        {
            foreach (var row in rows.Where((_, index) => index % 8 == racer))
            {
                await Store.DeleteAsync(Key(row), null, None);
            }

            return true;
        });
        string[] stays = [.. rows.Where((_, index) => index % 8 > 3)];
        do
        {
            var page = await Store.ListAsync(_partition, null, 100, None);
            Assert.Empty(stays.Except(page.Items.Select(entry => entry.Row)));
        }
        while (!deleting.IsCompleted);
        await deleting;

        Assert.Equal(stays, (await Store.ListRowsAsync(_partition, null, 100, None)).Items);
    }

    private static async Task<List<string>> PagesAsync(int limit, Func<string?, Task<Page<string>>> list)
    {
        var rows = new List<string>();
        Page<string> page;
        do
        {
            page = await list(rows.Count == 0 ? null : rows[^1]);
            Assert.InRange(page.Items.Count, 1, limit);
            rows.AddRange(page.Items);
        }
        while (page.More);

        return rows;
    }
}
