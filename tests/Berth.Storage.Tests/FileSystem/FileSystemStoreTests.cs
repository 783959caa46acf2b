using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests.FileSystem;

/// <summary>What only the local folder has: several instances, debris of dead writers, foreign files.</summary>
public sealed class FileSystemStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken None => CancellationToken.None;

    private FileSystemObjects Store => _folder.Store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_instances_over_one_folder_count_together()
    {
        const int Racers = 8;
        const int Increments = 10;
        FileSystemObjects[] stores = [Store, new(_folder.Root)];
        await Store.PutAsync("counter", BitConverter.GetBytes(0), PutCondition.Absent, None);
        await Race.AllAsync(Racers, async racer =>
        {
            var store = stores[racer % 2];
            for (var done = 0; done < Increments;)
            {
                var read = (await store.ReadAsync("counter", None))!;
                var next = BitConverter.GetBytes(BitConverter.ToInt32(read.Bytes.Span) + 1);
                if (await store.PutAsync("counter", next, PutCondition.Matches(read.Version), None))
                {
                    done++;
                }
            }

            return true;
        });

        Assert.Equal(Racers * Increments, BitConverter.ToInt32(await stores[1].ReadToEndAsync("counter")));
    }

    [Fact]
    public async Task An_upload_whose_completion_was_cut_short_is_still_listed_and_can_be_aborted()
    {
        var upload = await Store.BeginUploadAsync("objects/ab/cd", None);
        await Store.UploadPartAsync("objects/ab/cd", upload, new(1, 0, "x"), new(Data.Bytes(10)), None);
        var folder = Path.Join(_folder.Root, "uploads", upload);
        Directory.Move(folder, folder + "%"); // as completing begins
        Directory.CreateDirectory(Path.Join(_folder.Root, "uploads", "somebody's"));

        Assert.Equal([new("objects/ab/cd", upload)], (await Store.ListUploadsAsync(null, 10, None)).Items);
        await Store.AbortUploadAsync("objects/ab/cd", upload, None);
        Assert.Empty((await Store.ListUploadsAsync(null, 10, None)).Items);
        Assert.False(Directory.Exists(folder + "%"));
    }

    [Fact]
    public async Task Of_two_instances_that_create_one_wins()
    {
        FileSystemObjects[] stores = [Store, new(_folder.Root)];
        for (var round = 0; round < 20; round++)
        {
            var key = $"object/{round}";
            var wins = await Race.AllAsync(
                4, racer => stores[racer % 2].PutAsync(key, Data.Bytes(10, racer), PutCondition.Absent, None));
            Assert.Single(wins, win => win);
        }
    }

    [Fact]
    public async Task A_write_waits_while_another_process_holds_the_lock_and_can_be_cancelled()
    {
        await Store.PutAsync("there", Data.Bytes(1), PutCondition.None, None);
        var locks = Enumerable.Range(0, 256)
            .Select(stripe => Path.Join(_folder.Root, "locks", $"{stripe:x2}"))
            .Select(path => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            .ToList();
        foreach (var write in new Func<CancellationToken, Task>[]
        {
            token => Store.PutAsync("new", Data.Bytes(1), PutCondition.None, token),
            token => Store.PutAsync("there", Data.Bytes(2), PutCondition.Absent, token),
            token => Store.DeleteAsync("there", null, token),
        })
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write(cancellation.Token));
        }

        Assert.Equal(["there"], (await Store.ListAsync("", null, 10, None)).Items);
        var waiting = Store.PutAsync("new", Data.Bytes(1), PutCondition.None, None);
        locks.ForEach(handle => handle.Dispose());
        Assert.True(await waiting);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(_folder.Root, "tmp")));
    }

    [Fact]
    public async Task What_dead_writers_left_is_invisible()
    {
        await Store.PutAsync("a/b", Data.Bytes(1), PutCondition.None, None);
        var upload = await Store.BeginUploadAsync("a/c", None);
        await Store.UploadPartAsync("a/c", upload, new(1, 0, "x"), new(Data.Bytes(10)), None);
        await File.WriteAllBytesAsync(Path.Join(_folder.Root, "tmp", "half-written"), Data.Bytes(10));
        Directory.CreateDirectory(Path.Join(_folder.Root, "tmp", "half-deleted"));
        var closed = await Store.BeginUploadAsync("a/d", None);
        Directory.Move(UploadFolder(closed), UploadFolder(closed) + "%");

        var reopened = new FileSystemObjects(_folder.Root);
        Assert.Equal(["a/b"], (await reopened.ListAsync("", null, 10, None)).Items);
        Assert.Null(await reopened.StatAsync("a/c", None));
        Assert.Null(await reopened.StatAsync("a/d", None));
    }

    [Fact]
    public async Task What_has_lain_in_the_temporary_folder_for_days_is_swept()
    {
        var old = Path.Join(_folder.Root, "tmp", "old");
        var fresh = Path.Join(_folder.Root, "tmp", "fresh");
        await File.WriteAllBytesAsync(old, Data.Bytes(10));
        await File.WriteAllBytesAsync(fresh, Data.Bytes(10));
        File.SetLastWriteTimeUtc(old, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        _ = new FileSystemObjects(_folder.Root);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(fresh));
    }

    [Fact]
    public async Task Foreign_files_are_not_listed()
    {
        await Store.PutAsync("a/b", Data.Bytes(1), PutCondition.None, None);
        foreach (var name in new[] { ".DS_Store", "Thumbs.db", "a file", "%zz", "caf\u00e9" })
        {
            await File.WriteAllBytesAsync(Path.Join(_folder.Root, "store", "a", name), []);
        }

        Directory.CreateDirectory(Path.Join(_folder.Root, "store", "Folder"));
        Directory.CreateDirectory(Path.Join(_folder.Root, "store", "empty"));
        Assert.Equal(["a/b"], (await Store.ListAsync("", null, 10, None)).Items);
    }

    [Fact]
    public async Task Nothing_is_left_in_the_temporary_folder()
    {
        await Store.PutAsync("a", Data.Bytes(1), PutCondition.Absent, None);
        var version = (await Store.ReadAsync("a", None))!.Version;
        await Store.PutAsync("a", Data.Bytes(1), PutCondition.Absent, None);
        await Store.PutAsync("a", Data.Bytes(2), PutCondition.Matches(version), None);
        await Store.PutAsync("a", Data.Bytes(2), PutCondition.Matches(version), None);
        await Assert.ThrowsAnyAsync<IOException>(
            () => Store.PutAsync("a/b", Data.Bytes(2), PutCondition.None, None));
        var upload = await Store.BeginUploadAsync("b", None);
        await Store.AbortUploadAsync("b", upload, None);
        await Store.CompleteUploadAsync("c", await Store.BeginUploadAsync("c", None), [], None);

        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(_folder.Root, "tmp")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(_folder.Root, "uploads")));
    }

    [Fact]
    public async Task An_upload_id_that_is_a_path_leads_nowhere()
    {
        await Store.PutAsync("there", Data.Bytes(1), PutCondition.None, None);
        foreach (var id in new[] { "../store", "..", "", "/etc", new string('g', 32), $"{Guid.NewGuid()}" })
        {
            await Assert.ThrowsAsync<StorageException>(
                () => Store.UploadPartAsync("a", id, new(1, 0, "x"), new(Data.Bytes(1)), None));
            await Assert.ThrowsAsync<StorageException>(() => Store.CompleteUploadAsync("a", id, [], None));
            await Store.AbortUploadAsync("a", id, None);
        }

        Assert.Equal(["there"], (await Store.ListAsync("", null, 10, None)).Items);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("x:0")]
    [InlineData("x:0:0")]
    [InlineData("x:0:11")]
    [InlineData("x:-0:10")]
    [InlineData("x: 0:10")]
    [InlineData("y:0:10")]
    [InlineData("../x:0:10")]
    [InlineData("x:0:9223372036854775807")]
    [InlineData("x:0:99999999999999999999")]
    public async Task A_forged_receipt_is_refused(string receipt)
    {
        var upload = await Store.BeginUploadAsync("a", None);
        await Store.UploadPartAsync("a", upload, new(1, 0, "x"), new(Data.Bytes(10)), None);

        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Store.CompleteUploadAsync("a", upload, [receipt], None));
        Assert.Null(await Store.StatAsync("a", None));
        await Store.CompleteUploadAsync("a", upload, ["x:0:10"], None);
        Assert.Equal(Data.Bytes(10), await Store.ReadToEndAsync("a"));
    }

    private string UploadFolder(string id) => Path.Join(_folder.Root, "uploads", id);
}
