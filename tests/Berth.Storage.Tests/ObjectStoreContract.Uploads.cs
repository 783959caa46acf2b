using System.Buffers;

namespace Berth.Storage.Tests;

/// <summary>Uploads in parts.</summary>
public abstract partial class ObjectStoreContract
{
    /// <summary>As small as the store allows, and large enough to have something in it.</summary>
    private int PartSize => Math.Max(Store.MinimumPartSize, 1000);

    [SkippableFact]
    public async Task An_upload_in_parts_is_one_object()
    {
        var bytes = Data.Bytes((2 * PartSize) + 17);
        await UploadAsync(Key(), bytes);

        Assert.Equal(new ObjectInfo(bytes.Length), await Store.StatAsync(Key(), None));
        Data.AssertSame(bytes, await Store.ReadToEndAsync(Key()));
        foreach (var (offset, length) in new[] { (PartSize - 5, 10), (PartSize, 1), ((2 * PartSize) - 1, 1000) })
        {
            var expected = bytes.AsSpan(offset, Math.Min(length, bytes.Length - offset)).ToArray();
            Assert.Equal(expected, await Store.ReadToEndAsync(Key(), offset, length));
        }
    }

    [SkippableFact]
    public async Task A_single_part_may_be_smaller_than_the_minimum()
    {
        await UploadAsync(Key(), Data.Bytes(1));

        Assert.Equal(Data.Bytes(1), await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task An_upload_without_parts_is_an_empty_object()
    {
        var upload = await Store.BeginUploadAsync(Key(), None);
        await Store.CompleteUploadAsync(Key(), upload, [], None);

        Assert.Equal(new ObjectInfo(0), await Store.StatAsync(Key(), None));
        Assert.Empty(await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task A_part_may_lie_in_many_buffers()
    {
        var bytes = Data.Bytes(PartSize);
        var upload = await Store.BeginUploadAsync(Key(), None);
        var content = Buffers.Split(bytes, Math.Max(1, PartSize / 600));
        var receipt = await Store.UploadPartAsync(Key(), upload, new(1, 0, _attempt), content, None);
        await Store.CompleteUploadAsync(Key(), upload, [receipt], None);

        Data.AssertSame(bytes, await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task Parts_may_be_sent_together_and_in_any_order()
    {
        const int Parts = 4;
        var bytes = Data.Bytes(Parts * PartSize);
        var upload = await Store.BeginUploadAsync(Key(), None);
        var receipts = await Race.AllAsync(Parts, index =>
        {
            var number = Parts - index;
            var offset = (number - 1) * PartSize;
            return PartAsync(Key(), upload, number, offset, bytes[offset..(offset + PartSize)]);
        });
        await Store.CompleteUploadAsync(Key(), upload, [.. receipts.Reverse()], None);

        Data.AssertSame(bytes, await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task Ids_and_receipts_fit_where_they_are_kept()
    {
        var upload = await Store.BeginUploadAsync(Key(), None);
        var part = new PartPosition(Store.MaximumParts, 9_000_000_000, new string('a', 32));
        var receipt = await Store.UploadPartAsync(Key(), upload, part, new(Data.Bytes(1)), None);
        await Store.AbortUploadAsync(Key(), upload, None);

        Assert.InRange(upload.Length, 1, 1024);
        Assert.True(upload.All(char.IsAscii));
        Assert.InRange(receipt.Length, 1, 128);
        Assert.True(receipt.All(char.IsAscii));
    }

    [SkippableFact]
    public async Task An_abandoned_upload_is_never_visible()
    {
        var upload = await Store.BeginUploadAsync(Key(), None);
        await PartAsync(Key(), upload, 1, 0, Data.Bytes(PartSize));

        Assert.Null(await Store.StatAsync(Key(), None));
        Assert.Null(await Store.ReadWholeAsync(Key(), None));
        Assert.Null(await Store.OpenReadAsync(Key(), 0, null, None));
        Assert.Empty((await Store.ListAsync(_folder + "/", null, 10, None)).Items);
    }

    [SkippableFact]
    public async Task An_aborted_upload_does_not_return()
    {
        var upload = await Store.BeginUploadAsync(Key(), None);
        var receipts = new List<string> { await PartAsync(Key(), upload, 1, 0, Data.Bytes(PartSize)) };
        await Store.AbortUploadAsync(Key(), upload, None);
        try
        {
            // A store that cannot know may take the part, as long as nothing comes of it.
            receipts.Add(await PartAsync(Key(), upload, 2, PartSize, Data.Bytes(10)));
        }
        catch (StorageException)
        {
        }

        await Assert.ThrowsAsync<StorageException>(() => Store.CompleteUploadAsync(Key(), upload, receipts, None));
        await Store.AbortUploadAsync(Key(), upload, None);
        Assert.Null(await Store.StatAsync(Key(), None));
        Assert.Empty((await Store.ListAsync(_folder + "/", null, 10, None)).Items);
    }

    [SkippableFact]
    public async Task Of_two_attempts_at_one_part_each_gets_its_own_bytes_or_a_refusal()
    {
        byte[] first = Data.Bytes(PartSize, 1), second = Data.Bytes(PartSize, 2), tail = Data.Bytes(10, 3);
        var completed = new List<bool>();
        foreach (var useFirst in new[] { true, false })
        {
            var key = Key($"{useFirst}");
            var upload = await Store.BeginUploadAsync(key, None);
            var receipts = await Race.AllAsync(2, racer => racer == 0
                ? PartAsync(key, upload, 1, 0, first, "a")
                : PartAsync(key, upload, 1, 0, second, "b"));
            Assert.NotEqual(receipts[0], receipts[1]);

            var last = await PartAsync(key, upload, 2, PartSize, tail, "b");
            completed.Add(await TryCompleteAsync(
                key, upload, [receipts[useFirst ? 0 : 1], last], [.. useFirst ? first : second, .. tail]));
            completed.Add(await TryCompleteAsync(
                key, upload, [receipts[useFirst ? 1 : 0], last], [.. useFirst ? second : first, .. tail]));
        }

        if (keepsAttempts)
        {
            Assert.All(completed.Index().Where(end => end.Index % 2 == 0), end => Assert.True(end.Item));
        }
        else
        {
            Assert.All(completed.Chunk(2), ends => Assert.Single(ends, end => end));
        }
    }

    [SkippableFact]
    public async Task Attempts_whose_names_differ_only_in_case_are_two()
    {
        Skip.IfNot(keepsAttempts, "This store keeps the last part of each number.");
        var upload = await Store.BeginUploadAsync(Key(), None);
        var receipt = await PartAsync(Key(), upload, 1, 0, Data.Bytes(PartSize, 1), "a");
        await PartAsync(Key(), upload, 1, 0, Data.Bytes(PartSize, 2), "A");
        await Store.CompleteUploadAsync(Key(), upload, [receipt], None);

        Data.AssertSame(Data.Bytes(PartSize, 1), await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task Every_part_may_be_of_another_attempt()
    {
        var bytes = Data.Bytes((2 * PartSize) + 5);
        await UploadAsync(Key(), bytes, part => $"{part}");

        Assert.Equal(new ObjectInfo(bytes.Length), await Store.StatAsync(Key(), None));
        Data.AssertSame(bytes, await Store.ReadToEndAsync(Key()));
        Assert.Equal(
            bytes[(PartSize - 3)..((2 * PartSize) + 2)],
            await Store.ReadToEndAsync(Key(), PartSize - 3, PartSize + 5));
    }

    [SkippableFact]
    public async Task Parts_that_are_not_named_are_dropped()
    {
        var upload = await Store.BeginUploadAsync(Key(), None);
        var receipt = await PartAsync(Key(), upload, 1, 0, Data.Bytes(PartSize));
        await PartAsync(Key(), upload, 2, PartSize, Data.Bytes(PartSize));
        await PartAsync(Key(), upload, 3, 2 * PartSize, Data.Bytes(10), "b");
        await Store.CompleteUploadAsync(Key(), upload, [receipt], None);

        Data.AssertSame(Data.Bytes(PartSize), await Store.ReadToEndAsync(Key()));
        Assert.Equal(new ObjectInfo(PartSize), await Store.StatAsync(Key(), None));
    }

    [SkippableFact]
    public async Task Completing_twice_succeeds_and_changes_nothing()
    {
        var upload = await Store.BeginUploadAsync(Key(), None);
        string[] receipts =
        [
            await PartAsync(Key(), upload, 1, 0, Data.Bytes(PartSize)),
            await PartAsync(Key(), upload, 2, PartSize, Data.Bytes(9), "b"),
        ];
        await Store.CompleteUploadAsync(Key(), upload, receipts, None);
        await Store.CompleteUploadAsync(Key(), upload, receipts, None);
        await Store.AbortUploadAsync(Key(), upload, None);
        await Store.CompleteUploadAsync(Key(), upload, receipts, None);

        byte[] expected = [.. Data.Bytes(PartSize), .. Data.Bytes(9)];
        Data.AssertSame(expected, await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task Completing_what_was_never_begun_throws()
    {
        var other = await Store.BeginUploadAsync(Key("other"), None);
        var receipt = await PartAsync(Key("other"), other, 1, 0, Data.Bytes(10));
        await Store.AbortUploadAsync(Key("other"), other, None);

        await Assert.ThrowsAsync<StorageException>(
            () => Store.CompleteUploadAsync(Key(), other, [receipt], None));
        Assert.Null(await Store.StatAsync(Key(), None));
    }

    [SkippableFact]
    public async Task Receipts_out_of_order_or_with_a_gap_are_refused_and_the_upload_lives()
    {
        var bytes = Data.Bytes(3 * PartSize);
        var upload = await Store.BeginUploadAsync(Key(), None);
        var receipts = new string[3];
        for (var index = 0; index < 3; index++)
        {
            var range = (index * PartSize)..((index + 1) * PartSize);
            receipts[index] = await PartAsync(Key(), upload, index + 1, index * PartSize, bytes[range]);
        }

        int[][] wrong = [[1, 0, 2], [0, 2], [1, 2], [0, 0], [0, 1, 1], [2]];
        foreach (var order in wrong)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(
                () => Store.CompleteUploadAsync(Key(), upload, [.. order.Select(i => receipts[i])], None));
        }

        Assert.Null(await Store.StatAsync(Key(), None));
        await Store.CompleteUploadAsync(Key(), upload, receipts, None);
        Data.AssertSame(bytes, await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task A_part_out_of_bounds_is_refused()
    {
        var upload = await Store.BeginUploadAsync(Key(), None);
        PartPosition[] wrong =
        [
            new(0, 0, "a"), new(-1, 0, "a"), new(Store.MaximumParts + 1, 0, "a"), new(1, -1, "a"), new(1, 0, ""),
            new(1, 0, "a/b"), new(1, 0, ".."), new(1, 0, "é"), new(1, 0, new string('a', 33)),
        ];
        foreach (var part in wrong)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(
                () => Store.UploadPartAsync(Key(), upload, part, new(Data.Bytes(1)), None));
        }

        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Store.UploadPartAsync(Key(), upload, new(1, 0, "a"), ReadOnlySequence<byte>.Empty, None));
    }

    [SkippableFact]
    public async Task A_part_cancelled_on_its_way_can_be_sent_again_by_another_attempt()
    {
        var bytes = Data.Bytes(PartSize);
        var upload = await Store.BeginUploadAsync(Key(), None);
        using var cancellation = new CancellationTokenSource();
        var sending = Store.UploadPartAsync(
            Key(), upload, new(1, 0, _attempt), Buffers.Split(Data.Bytes(PartSize, 9), 500), cancellation.Token);
        await cancellation.CancelAsync();
        try
        {
            await sending;
        }
        catch (OperationCanceledException)
        {
        }

        Assert.Null(await Store.StatAsync(Key(), None));
        var receipt = await PartAsync(Key(), upload, 1, 0, bytes, "b");
        await Store.CompleteUploadAsync(Key(), upload, [receipt], None);
        Data.AssertSame(bytes, await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task An_uploaded_object_is_listed_and_deleted_as_any_other()
    {
        await UploadAsync(Key("one"), Data.Bytes(100));
        await UploadAsync(Key("two"), Data.Bytes(PartSize + 1), part => $"{part}");

        Assert.Equal([Key("one"), Key("two")], (await Store.ListAsync(_folder + "/", null, 10, None)).Items);
        await Store.DeleteAsync(Key("two"), None);
        await Store.DeleteAsync(Key("one"), None);
        Assert.Null(await Store.StatAsync(Key("one"), None));
        Assert.Null(await Store.OpenReadAsync(Key("two"), 0, null, None));
        Assert.Empty((await Store.ListAsync(_folder + "/", null, 10, None)).Items);
    }

    [SkippableFact]
    public async Task Readers_during_a_delete_get_the_right_bytes_or_none()
    {
        var bytes = Data.Bytes((2 * PartSize) + 1);
        for (var round = 0; round < 3; round++)
        {
            var key = Key($"{round}");
            await UploadAsync(key, bytes, part => $"{round}{part}");
            var reads = await Race.AllAsync(6, async racer =>
            {
                if (racer == 3)
                {
                    await Store.DeleteAsync(key, None);
                }

                return await TryReadAsync(key);
            });

            Assert.All(reads, read => Assert.True(read is null || read.AsSpan().SequenceEqual(bytes)));
            Assert.Null(reads[3]);
        }
    }

    /// <summary>Completes an upload that is not complete yet; refused, it leaves no object.</summary>
    private async Task<bool> TryCompleteAsync(string key, string upload, string[] receipts, byte[] expected)
    {
        if (await Store.StatAsync(key, None) is not null)
        {
            return false;
        }

        try
        {
            await Store.CompleteUploadAsync(key, upload, receipts, None);
        }
        catch (StorageException)
        {
            Assert.Null(await Store.StatAsync(key, None));
            return false;
        }

        Data.AssertSame(expected, await Store.ReadToEndAsync(key));
        return true;
    }

    private async Task UploadAsync(string key, byte[] bytes, Func<int, string>? attempt = null)
    {
        var upload = await Store.BeginUploadAsync(key, None);
        var receipts = new List<string>();
        foreach (var part in bytes.Chunk(PartSize))
        {
            var number = receipts.Count + 1;
            var offset = (long)receipts.Count * PartSize;
            receipts.Add(await PartAsync(key, upload, number, offset, part, attempt?.Invoke(number) ?? string.Empty));
        }

        await Store.CompleteUploadAsync(key, upload, receipts, None);
    }
}
