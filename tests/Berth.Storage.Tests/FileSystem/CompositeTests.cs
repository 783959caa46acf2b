using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests.FileSystem;

/// <summary>Objects that several attempts have sent, which lie in several files.</summary>
public sealed class CompositeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken None => CancellationToken.None;

    private FileSystemObjects Store => _folder.Store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_attempt_is_one_file_and_several_are_a_folder()
    {
        await UploadAsync("one", [10, 10, 10], _ => "x");
        await UploadAsync("two", [10, 10, 10], part => part < 3 ? "x" : "Y");

        Assert.True(File.Exists(Path.Join(_folder.Root, "store", "one")));
        var pieces = Directory.GetFiles(Path.Join(_folder.Root, "store", "two%+")).Select(Path.GetFileName);
        Assert.Equal(["%59", "%index", "%key", "x"], pieces.Order(StringComparer.Ordinal));
        Assert.Equal(["one", "two"], (await Store.ListAsync("", null, 10, None)).Items);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(_folder.Root, "uploads")));
    }

    [Fact]
    public async Task Every_range_is_right_whichever_borders_it_crosses()
    {
        var bytes = await UploadAsync("object", [1, 7, 3, 1, 20, 8], part => $"x{part}");
        for (var offset = 0; offset <= bytes.Length; offset++)
        {
            for (var length = 0; length <= bytes.Length - offset + 1; length++)
            {
                var expected = bytes.AsSpan(offset, Math.Min(length, bytes.Length - offset)).ToArray();
                Assert.Equal(expected, await Store.ReadToEndAsync("object", offset, length));
            }
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Store.OpenReadAsync("object", bytes.Length + 1, null, None));
    }

    [Fact]
    public async Task Many_pieces_are_read_whole_and_in_any_manner()
    {
        var bytes = await UploadAsync("object", [.. Enumerable.Repeat(100, 200)], part => $"x{part}");

        Assert.Equal(new ObjectInfo(bytes.Length), await Store.StatAsync("object", None));
        Data.AssertSame(bytes, (await Store.ReadAsync("object", None))!.Bytes.ToArray());
        await using var stream = (await Store.OpenReadAsync("object", 0, null, None))!;
        var read = new byte[bytes.Length];
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, None));
        await stream.ReadExactlyAsync(read.AsMemory(0, 150), None);
        await stream.ReadExactlyAsync(read, 150, 5_000, None);
        ReadSynchronously(stream, read, 5_150);
        Data.AssertSame(bytes, read);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], None));
    }

    [Fact]
    public async Task A_reader_goes_on_through_a_delete()
    {
        var bytes = await UploadAsync("object", [5000, 5000, 5000], part => $"x{part}");
        await using var stream = (await Store.OpenReadAsync("object", 0, null, None))!;
        Assert.True(await Store.DeleteAsync("object", null, None));

        var read = new byte[bytes.Length];
        await stream.ReadExactlyAsync(read);
        Data.AssertSame(bytes, read);
        Assert.Null(await Store.StatAsync("object", None));
    }

    [Fact]
    public async Task A_reader_of_very_many_pieces_fails_after_a_delete_rather_than_end_early()
    {
        var bytes = await UploadAsync("object", [.. Enumerable.Repeat(10, 100)], part => $"x{part}");
        await using var stream = (await Store.OpenReadAsync("object", 0, null, None))!;
        await Store.DeleteAsync("object", null, None);

        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[bytes.Length]));
    }

    [Fact]
    public async Task A_put_replaces_pieces_and_a_version_guards_them()
    {
        var bytes = await UploadAsync("object", [10, 10], part => $"x{part}");
        var content = (await Store.ReadAsync("object", None))!;
        Assert.Equal(bytes, content.Bytes.ToArray());
        Assert.False(await Store.PutAsync("object", Data.Bytes(1), PutCondition.Absent, None));
        Assert.False(await Store.PutAsync("object", Data.Bytes(1), PutCondition.Matches("another"), None));
        Assert.False(await Store.DeleteAsync("object", "another", None));

        Assert.True(await Store.PutAsync("object", Data.Bytes(1), PutCondition.Matches(content.Version), None));
        Assert.Equal(Data.Bytes(1), await Store.ReadToEndAsync("object"));
        Assert.False(Directory.Exists(Path.Join(_folder.Root, "store", "object%+")));
        Assert.True(await Store.DeleteAsync("object", null, None));
        Assert.Null(await Store.StatAsync("object", None));
    }

    [Fact]
    public async Task Completing_at_once_from_several_callers_succeeds_for_all()
    {
        FileSystemObjects[] stores = [Store, new(_folder.Root)];
        for (var round = 0; round < 6; round++)
        {
            var key = $"object{round}";
            var upload = await Store.BeginUploadAsync(key, None);
            var second = round % 2 == 0 ? "x" : "y";
            string[] receipts =
            [
                await Store.UploadPartAsync(key, upload, new(1, 0, "x"), new(Data.Bytes(10)), None),
                await Store.UploadPartAsync(key, upload, new(2, 10, second), new(Data.Bytes(5)), None),
            ];
            await Race.AllAsync(6, async racer =>
            {
                await stores[racer % 2].CompleteUploadAsync(key, upload, receipts, None);
                Assert.Equal(15, (await stores[racer % 2].StatAsync(key, None))!.Value.Size);
                return true;
            });
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_completion_that_died_half_way_is_finished_by_the_next(bool closed)
    {
        var upload = await Store.BeginUploadAsync("object", None);
        string[] receipts =
        [
            await Store.UploadPartAsync("object", upload, new(1, 0, "x"), new(Data.Bytes(10)), None),
            await Store.UploadPartAsync("object", upload, new(2, 10, "y"), new(Data.Bytes(5)), None),
        ];
        var folder = Path.Join(_folder.Root, "uploads", upload);
        await File.WriteAllTextAsync(Path.Join(folder, "%index"), "berth pie");
        if (closed)
        {
            Directory.Move(folder, folder + "%");
        }

        await Store.CompleteUploadAsync("object", upload, receipts, None);
        byte[] expected = [.. Data.Bytes(10), .. Data.Bytes(5)];
        Assert.Equal(expected, await Store.ReadToEndAsync("object"));
    }

    [Fact]
    public async Task A_part_still_being_written_when_its_upload_completes_cannot_reach_the_object()
    {
        var upload = await Store.BeginUploadAsync("object", None);
        var receipt = await Store.UploadPartAsync("object", upload, new(1, 0, "x"), new(Data.Bytes(100)), None);

        // As a request does that lost its upload to another one, and is slow to notice.
        var file = Path.Join(_folder.Root, "uploads", upload, "x");
        using var slow = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        await Store.CompleteUploadAsync("object", upload, [receipt], None);
        RandomAccess.Write(slow, Data.Bytes(50, 9), 100);

        Assert.Equal(new ObjectInfo(100), await Store.StatAsync("object", None));
        Assert.Equal(Data.Bytes(100), await Store.ReadToEndAsync("object"));
        await Assert.ThrowsAsync<StorageException>(
            () => Store.UploadPartAsync("object", upload, new(2, 100, "x"), new(Data.Bytes(1)), None));
    }

    [Fact]
    public async Task A_late_part_of_an_aborted_upload_does_not_bring_it_back()
    {
        var upload = await Store.BeginUploadAsync("object", None);
        await Store.UploadPartAsync("object", upload, new(1, 0, "x"), new(Data.Bytes(10)), None);
        await Store.AbortUploadAsync("object", upload, None);

        await Assert.ThrowsAsync<StorageException>(
            () => Store.UploadPartAsync("object", upload, new(2, 10, "x"), new(Data.Bytes(10)), None));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(_folder.Root, "uploads")));
    }

    [Fact]
    public async Task A_key_that_has_an_object_cannot_be_uploaded_over()
    {
        await Store.PutAsync("object", Data.Bytes(1), PutCondition.None, None);
        var upload = await Store.BeginUploadAsync("object", None);
        var receipt = await Store.UploadPartAsync("object", upload, new(1, 0, "x"), new(Data.Bytes(10)), None);

        await Assert.ThrowsAsync<StorageException>(
            () => Store.CompleteUploadAsync("object", upload, [receipt], None));
        Assert.Equal(Data.Bytes(1), await Store.ReadToEndAsync("object"));
    }

    [Fact]
    public async Task A_missing_piece_is_a_fault_and_not_absence()
    {
        await UploadAsync("object", [10, 10], part => $"x{part}");
        File.Delete(Path.Join(_folder.Root, "store", "object%+", "x2"));

        await Assert.ThrowsAsync<StorageException>(() => Store.OpenReadAsync("object", 0, null, None));
        await Assert.ThrowsAsync<StorageException>(() => Store.ReadAsync("object", None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("berth pieces 1\n")]
    [InlineData("berth pieces 1\n0 10 x1\n10 10")]
    [InlineData("berth pieces 1\n0 10 x1\n11 10 x2\n")]
    [InlineData("berth pieces 2\n0 10 x1\n")]
    public async Task A_damaged_index_is_a_fault_and_not_absence(string index)
    {
        await UploadAsync("object", [10, 10], part => $"x{part}");
        await File.WriteAllTextAsync(Path.Join(_folder.Root, "store", "object%+", "%index"), index);

        await Assert.ThrowsAsync<StorageException>(() => Store.StatAsync("object", None));
        await Assert.ThrowsAsync<StorageException>(() => Store.OpenReadAsync("object", 0, null, None));
    }

    private static void ReadSynchronously(Stream stream, byte[] buffer, int offset)
    {
        int count;
        while ((count = stream.Read(buffer, offset, Math.Min(77, buffer.Length - offset))) > 0)
        {
            offset += count;
        }
    }

    private async Task<byte[]> UploadAsync(string key, int[] sizes, Func<int, string> attempt)
    {
        var bytes = Data.Bytes(sizes.Sum());
        var upload = await Store.BeginUploadAsync(key, None);
        var receipts = new List<string>();
        var offset = 0;
        foreach (var (index, size) in sizes.Index())
        {
            receipts.Add(await Store.UploadPartAsync(
                key, upload, new(index + 1, offset, attempt(index + 1)), new(bytes, offset, size), None));
            offset += size;
        }

        await Store.CompleteUploadAsync(key, upload, receipts, None);
        return bytes;
    }
}
