using System.Collections.Concurrent;

namespace Berth.Storage.Tests;

/// <summary>Keys, and listing them.</summary>
public abstract partial class ObjectStoreContract
{
    /// <summary>
    /// What a file system, a URL or a path routine might take for something else. Nothing from U+E000 to U+FFFF, which
    /// stores order differently against characters beyond.
    /// </summary>
    private static readonly string[] HostileSegments =
    [
        "..", ".", "...", "V1", "v1", "v1.", ".v1", "v1..", "con", "CON", "con.txt", "CON.txt", "xcon", "com1", "nul",
        " ",
        "  ", " a", "a ", "a", "A", "%", "%%", "%41", "%2e%2e", "%2E%2E", "%+", "a%+", "a%", "~", "~1", "a~1", "a+b",
        "a b",
        "\\", "..\\..", "c:", "*", "?", "#", "&", "\"", "'", "<>", "|", "\0", "a\0b", "\n", "\r\n", "\t", "\u007f",
        "\u0085",
        "é", "e\u0301", "ß", "ı", "İ", "日本語", "🚢", "%index", "index", "tmp", "null", "=", "@", "[a]", "{a}", "$a", "-",
        "--", "-rf", "a.lock", ".lock", "sha256:abc", "\u202e",
    ];

    [SkippableFact]
    public async Task Hostile_keys_are_ordinary_and_distinct()
    {
        var keys = HostileSegments
            .Select(segment => Key($"keys/{segment}"))
            .Concat([Key($"keys/{new string('A', 255)}"), Key($"keys/{new string('A', 254)}"), Key("keys/../..")])
            .Concat([Key($"keys/{new string('A', 254)}B"), Key($"keys/{new string('界', 255)}")])
            .Where(key => key != Key("keys/.."))
            .Order(StringComparer.Ordinal)
            .ToArray();
        foreach (var (index, key) in keys.Index())
        {
            await Store.PutAsync(key, Data.Bytes(20, index), None);
        }

        Assert.Equal(keys, await ListAllAsync(Key("keys/"), 1000));
        foreach (var (index, key) in keys.Index())
        {
            Assert.Equal(Data.Bytes(20, index), await Store.ReadToEndAsync(key));
            await Store.DeleteAsync(key, None);
            Assert.Null(await Store.StatAsync(key, None));
        }
    }

    [SkippableFact]
    public async Task Hostile_folders_are_ordinary_and_distinct()
    {
        var keys = HostileSegments
            .Concat([new string('A', 255), new string('A', 254), new string('A', 254) + "B", new string('.', 255)])
            .Select(segment => Key($"folders/{segment}/x"))
            .Order(StringComparer.Ordinal)
            .ToArray();
        foreach (var key in keys)
        {
            await Store.PutAsync(key, Data.Bytes(5), None);
        }

        Assert.Equal(keys, await ListAllAsync(Key("folders/"), 7));
        foreach (var key in keys)
        {
            Assert.Equal([key], (await Store.ListAsync(key[..^1], null, 10, None)).Items);
        }
    }

    [SkippableFact]
    public async Task A_key_as_long_as_may_be_is_ordinary()
    {
        var rest = StorageKey.MaximumLength - Key(string.Empty).Length;
        var key = Key(string.Join('/', Enumerable.Repeat(new string('A', 199), 4)) + "/");
        key += new string('A', rest + Key(string.Empty).Length - key.Length);
        await Store.PutAsync(key, Data.Bytes(1), None);

        Assert.Equal(Data.Bytes(1), await Store.ReadToEndAsync(key));
        Assert.Equal([key], await ListAllAsync(_folder + "/", 10));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.StatAsync(key + "A", None));
    }

    [SkippableFact]
    public async Task Malformed_keys_are_refused()
    {
        string[] malformed =
        [
            "", "/", "/a", "a/", "a//b", "//", "a/\ud800", "\udc00", "\ud800a", "\udc00\ud800", new string('a', 256),
            "a/" + new string('é', 256), string.Concat(Enumerable.Repeat("abcdefghi/", 91)) + "a",
        ];
        foreach (var key in malformed)
        {
            await RefusesAsync(() => Store.StatAsync(key, None));
            await RefusesAsync(() => Store.OpenReadAsync(key, 0, null, None));
            await RefusesAsync(() => Store.PutAsync(key, Data.Bytes(1), None));
            await RefusesAsync(() => Store.BeginUploadAsync(key, None));
            await RefusesAsync(() => Store.DeleteAsync(key, None));
            await RefusesAsync(() => Store.ListAsync(key + "/", null, 10, None));
            await RefusesAsync(() => Store.ListAsync("contract/", key, 10, None));
        }

        await RefusesAsync(() => Store.ListAsync("contract/", null, 0, None));
        await RefusesAsync(() => Store.ListAsync("contract/", null, 1001, None));

        static Task RefusesAsync(Func<Task> call) => Assert.ThrowsAnyAsync<ArgumentException>(call);
    }

    [SkippableFact]
    public async Task A_listing_of_nothing_is_an_empty_page()
    {
        var page = await Store.ListAsync(_folder + "/", null, 10, None);

        Assert.Empty(page.Items);
        Assert.False(page.More);
    }

    [SkippableFact]
    public async Task A_listing_is_in_ordinal_order_of_whole_keys()
    {
        string[] names =
        [
            "a!", "a+b", "a-b", "a-b/c", "a.b", "a/a", "a/b", "a/b-", "a/b0", "a0", "aA", "aa/b", "ab",
            "B", "b-/a", "b/a", "b0/a", "~", "é",
        ];
        foreach (var name in names.Except(["a-b"]))
        {
            await Store.PutAsync(Key(name), Data.Bytes(1), None);
        }

        var expected = names.Except(["a-b"]).Select(name => Key(name)).Order(StringComparer.Ordinal).ToArray();
        foreach (var limit in new[] { 1, 2, 3, 7, expected.Length - 1, expected.Length, 1000 })
        {
            Assert.Equal(expected, await ListAllAsync(_folder + "/", limit));
        }

        string[] below = [Key("a/a"), Key("a/b"), Key("a/b-"), Key("a/b0")];
        Assert.Equal(below, await ListAllAsync(Key("a/"), 3));
    }

    [SkippableFact]
    public async Task A_listing_goes_on_after_any_key()
    {
        string[] names = ["a-b", "a/b/c", "a/b/d", "a0", "b"];
        foreach (var name in names)
        {
            await Store.PutAsync(Key(name), Data.Bytes(1), None);
        }

        string[] marks =
        [
            "a", "a-", "a-b", "a-b/x", "a.", "a/a", "a/b", "a/b/c",
            "a/b/c0", "a/b/d", "a/b0", "a/c", "a1", "b",
        ];
        foreach (var mark in marks)
        {
            var expected = names.Where(name => string.CompareOrdinal(name, mark) > 0).Select(name => Key(name));
            Assert.Equal(expected, (await Store.ListAsync(_folder + "/", Key(mark), 10, None)).Items);
        }

        Assert.Equal([Key("a/b/c"), Key("a/b/d")], (await Store.ListAsync(Key("a/"), "a", 10, None)).Items);
        Assert.Equal([Key("a/b/c"), Key("a/b/d")], (await Store.ListAsync(Key("a/"), Key("a-b"), 10, None)).Items);
        Assert.Empty((await Store.ListAsync(Key("a/"), Key("a0"), 10, None)).Items);
        Assert.Empty((await Store.ListAsync(Key("a/"), "~", 10, None)).Items);
    }

    [SkippableFact]
    public async Task A_listing_may_be_of_what_begins_with_a_part_of_a_segment()
    {
        string[] names =
        [
            .. HostileSegments.Where(segment => segment != "index"), "0a-1", "0a-2", "0a/b", "0a0", "0b", "index/a", "index/b/c",
        ];
        var keys = names.Select(name => Key(name)).Order(StringComparer.Ordinal).ToArray();
        foreach (var key in keys)
        {
            await Store.PutAsync(key, Data.Bytes(1), None);
        }

        string[] beginnings =
        [
            .. HostileSegments.Select(segment => char.IsHighSurrogate(segment[0]) ? segment[..2] : segment[..1]),
            .. HostileSegments, "0", "0a", "0a-", "0a/b", "ind", "index/b/", "index/b", "index/c", "0a-3",
        ];
        foreach (var beginning in beginnings.Select(name => Key(name)).Distinct(StringComparer.Ordinal))
        {
            var expected = keys.Where(key => key.StartsWith(beginning, StringComparison.Ordinal)).ToList();
            Assert.Equal(expected, await ListAllAsync(beginning, 1000));
            Assert.Equal(expected, await ListAllAsync(beginning, 4));
        }

        Assert.Equal([Key("0a-2")], (await Store.ListAsync(Key("0a-"), Key("0a-1"), 10, None)).Items);
        Assert.Equal([Key("0a-1")], (await Store.ListAsync(Key("0a-"), Key("0a"), 1, None)).Items);
        Assert.Empty((await Store.ListAsync(Key("0a-"), Key("0a0"), 10, None)).Items);
    }

    [SkippableFact]
    public async Task Only_a_page_with_entries_behind_it_has_more()
    {
        for (var index = 0; index < 6; index++)
        {
            await Store.PutAsync(Key($"list/{index}"), Data.Bytes(1), None);
        }

        // Beyond the prefix, and no more of it.
        await Store.PutAsync(Key("list0"), Data.Bytes(1), None);

        Assert.True((await Store.ListAsync(Key("list/"), null, 5, None)).More);
        Assert.False((await Store.ListAsync(Key("list/"), null, 6, None)).More);
        Assert.False((await Store.ListAsync(Key("list/"), null, 7, None)).More);
        Assert.True((await Store.ListAsync(Key("list/"), Key("list/2"), 2, None)).More);
        Assert.False((await Store.ListAsync(Key("list/"), Key("list/2"), 3, None)).More);
        Assert.False((await Store.ListAsync(Key("list/"), Key("list/5"), 1, None)).More);
    }

    [SkippableFact]
    public async Task A_listing_beside_writers_has_every_key_that_stays()
    {
        var stays = Enumerable.Range(0, 20).Select(index => Key($"{index:d2}/stays")).ToArray();
        foreach (var key in stays)
        {
            await Store.PutAsync(key, Data.Bytes(1), None);
        }

        var missed = new ConcurrentQueue<string>();
        var writing = Race.AllAsync(4, async writer =>
        {
            for (var index = writer; index < 20; index += 4)
            {
                await Store.PutAsync(Key($"{index:d2}/goes/{writer}"), Data.Bytes(1), None);
                await Store.PutAsync(stays[index], Data.Bytes(2), None);
                await Store.DeleteAsync(Key($"{index:d2}/goes/{writer}"), None);
            }

            return true;
        });
        do
        {
            foreach (var key in stays.Except(await ListAllAsync(_folder + "/", 9)))
            {
                missed.Enqueue(key);
            }
        }
        while (!writing.IsCompleted);
        await writing;

        Assert.Empty(missed);
        Assert.Equal(stays, await ListAllAsync(_folder + "/", 1000));
    }

    /// <summary>All pages, each checked to be full where more follow.</summary>
    private async Task<List<string>> ListAllAsync(string prefix, int limit)
    {
        var keys = new List<string>();
        Page<string> page;
        do
        {
            page = await Store.ListAsync(prefix, keys.Count == 0 ? null : keys[^1], limit, None);
            Assert.InRange(page.Items.Count, page.More ? 1 : 0, limit);
            keys.AddRange(page.Items);
        }
        while (page.More);

        return keys;
    }
}
