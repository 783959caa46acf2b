using Berth.Storage.FileSystem;
using Xunit.Abstractions;

namespace Berth.Storage.Tests.FileSystem;

/// <summary>Listings of large folders, which are remembered while nothing changes: never a moment longer.</summary>
public sealed class FolderListingTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>More names than are read without being remembered.</summary>
    private const int Many = 300;

    /// <summary>How long a tick of the coarse clock is that some tests have, in nanoseconds.</summary>
    private const long Tick = 20_000_000;

    // In memory where there is such a file system: nothing here is about the disk.
    private readonly string _root = Path.Join(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"berth-tests-{Guid.NewGuid():N}");

    private static CancellationToken None => CancellationToken.None;

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [Fact]
    public async Task Pages_of_two_instances_are_those_of_the_memory_store_whatever_changes_between_them()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BERTH_LISTING_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"BERTH_LISTING_SEED={seed}");
        var random = new Random(seed);
        FileSystemObjects[] stores = [new(_root), new(_root)];
        var model = new MemoryObjects();
        var names = Names(random).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var key in names.Take(2 * Many))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FolderPath(key))!);
            await File.WriteAllBytesAsync(FolderPath(key), []);
            await model.PutAsync(key, [], None);
        }

        for (var step = 0; step < 300; step++)
        {
            var key = names[random.Next(names.Length)];
            if (random.Next(3) == 0)
            {
                await stores[random.Next(2)].PutAsync(key, [], None);
                await model.PutAsync(key, [], None);
            }
            else if (random.Next(2) == 0)
            {
                await stores[random.Next(2)].DeleteAsync(key, None);
                await model.DeleteAsync(key, None);
            }

            var prefix = random.Next(4) switch { 0 => "", 1 => "many/", 2 => "many/a", _ => key[..(key.IndexOf('/') + 1)] };
            var after = random.Next(3) == 0 ? null : names[random.Next(names.Length)];
            var limit = random.Next(1, 200);
            var page = await stores[random.Next(2)].ListAsync(prefix, after, limit, None);
            var expected = await model.ListAsync(prefix, after, limit, None);
            Assert.True(
                expected.More == page.More && expected.Items.SequenceEqual(page.Items),
                $"Step {step}: '{prefix}' after '{after}', {limit}");
        }
    }

    [Fact]
    public async Task A_change_in_the_same_moment_is_seen()
    {
        FileSystemObjects[] stores = [new(_root), new(_root)];
        var keys = Fill("many").ToHashSet(StringComparer.Ordinal);
        for (var round = 0; round < 100; round++)
        {
            var (writer, reader) = (stores[round % 2], stores[round / 2 % 2]);
            await writer.PutAsync("many/new", [], None);
            Assert.Equal(Many + 1, (await reader.ListAsync("many/", null, 1000, None)).Items.Count);
            await writer.DeleteAsync("many/new", None);
            Assert.Equal(Many, (await reader.ListAsync("many/", null, 1000, None)).Items.Count);
        }

        Assert.Equal(keys, (await stores[0].ListAsync("many/", null, 1000, None)).Items.ToHashSet());
    }

    [SkippableFact]
    public void A_change_within_one_tick_of_a_slow_clock_is_seen()
    {
        RequireStamps();
        var clock = new FolderClock(Path.Join(Directory.CreateDirectory(_root).FullName, "clock"), SlowStamp);
        var folders = new ListedFolders(SlowStamp, clock.HasPassed, 1 << 20);
        Fill("many");
        var path = FolderPath("many");
        var remembered = 0;
        for (var round = 0; round < 500; round++)
        {
            var file = Path.Join(path, $"new{round % 7}");
            File.WriteAllBytes(file, []);
            Assert.Equal(Many + 1, folders.Read(path, "", 1).Count);
            remembered += folders.Size > 0 ? 1 : 0;
            File.Delete(file);
            Assert.Equal(Many, folders.Read(path, "", 1).Count);
        }

        Assert.True(remembered > 0, "No tick ever passed between a change and a reading.");

        // As on a file system with such a clock: changes within a tick have one stamp, and the clock shows whole ticks.
        static FileStamp? SlowStamp(string path) => FileStamp.At(path) is { } exact
            ? exact with
            {
                Size = 0,
                Written = exact.Written - (exact.Written % Tick),
                Changed = exact.Changed - (exact.Changed % Tick) + 1,
            }
            : null;
    }

    [SkippableFact]
    public void A_stamp_is_passed_when_the_clock_shows_a_later_time()
    {
        RequireStamps();
        var clock = new FolderClock(Path.Join(Directory.CreateDirectory(_root).FullName, "clock"), FileStamp.At);
        var stamp = FileStamp.At(_root)!.Value with { Changed = 1_000_000_001 };

        Assert.True(clock.HasPassed(stamp));
        Assert.False(clock.HasPassed(stamp with { Changed = 1_000_000_000 })); // whole seconds
        Assert.False(clock.HasPassed(stamp with { Changed = long.MaxValue }));
        Assert.False(new FolderClock(Path.Join(_root, "absent", "clock"), FileStamp.At).HasPassed(stamp));
    }

    [Fact]
    public void A_folder_in_which_nothing_changed_is_not_read_again()
    {
        var folders = new ListedFolders(_ => new FileStamp(0, 1, 0, 1, 1), _ => true, 1 << 20);
        Fill("many");
        Fill("few", 100);
        Assert.Equal(Many, folders.Read(FolderPath("many"), "", 1).Count);
        Assert.Equal(100, folders.Read(FolderPath("few"), "", 1).Count);
        File.WriteAllBytes(Path.Join(FolderPath("many"), "unseen"), []);
        File.WriteAllBytes(Path.Join(FolderPath("few"), "seen"), []);

        Assert.Equal(Many, folders.Read(FolderPath("many"), "", 1).Count);
        Assert.Equal(101, folders.Read(FolderPath("few"), "", 1).Count);
    }

    [Fact]
    public void What_is_remembered_fits_its_memory_and_was_used_last()
    {
        const long Capacity = 20_000;
        var folders = new ListedFolders(_ => new FileStamp(0, 1, 0, 1, 1), _ => true, Capacity);
        foreach (var name in Enumerable.Range(0, 20).Select(number => $"f{number}"))
        {
            Fill(name);
            folders.Read(FolderPath(name), "", 1);
            Assert.Equal(Many, folders.Read(FolderPath("f0"), "", 1).Count);
            Assert.InRange(folders.Size, 1, Capacity);
            File.WriteAllBytes(Path.Join(FolderPath(name), "unseen"), []);
        }

        Assert.Equal(Many, folders.Read(FolderPath("f0"), "", 1).Count);
        Assert.Equal(Many + 1, folders.Read(FolderPath("f1"), "", 1).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_folder_too_large_to_remember_is_listed_whole(int limit)
    {
        var keys = Fill("many", 2000).Order(StringComparer.Ordinal).ToArray();
        Directory.CreateDirectory(Path.Join(FolderPath("many"), "an-empty-folder"));
        var folders = new ListedFolders(FileStamp.At, _ => true, 4000);
        foreach (var first in new[] { 0, 1, 700, 1990 })
        {
            var (found, after) = (new List<string>(), first == 0 ? null : keys[first - 1]);
            for (var more = true; more && found.Count < 3 * limit; after = found[^1])
            {
                var page = new FileListing(folders, "many/", after, limit, None).List(FolderPath("many"), "many/");
                found.AddRange(page.Items);
                more = page.More;
            }

            Assert.Equal(keys.Skip(first).Take(3 * limit), found);
        }

        Assert.Equal(0, folders.Size);
        Assert.InRange(folders.Read(FolderPath("many"), "k0", 10).Count, 10, 20);
    }

    private static void RequireStamps() => Skip.IfNot(OperatingSystem.IsLinux(), "only Linux has stamps that are asked for");

    private static IEnumerable<string> Names(Random random)
    {
        for (var number = 0; number < 4 * Many; number++)
        {
            // Plain names, escaped ones, some that go on in another folder, some in folders of their own.
            var name = $"{(char)('a' + random.Next(3))}{random.Next(10_000)}";
            yield return random.Next(8) switch
            {
                0 => $"many/{name.ToUpperInvariant()}",
                1 => $"many/{new string('A', 60 + random.Next(8))}{name}",
                2 => $"many/{name}~{random.Next(10)}.é",
                3 => $"many/x{name}/{random.Next(3)}",
                4 => $"other-{random.Next(4)}/{name}",
                _ => $"many/{name}",
            };
        }
    }

    /// <summary>Makes objects as another process would, without waiting for the disk.</summary>
    private List<string> Fill(string folder, int count = Many)
    {
        Directory.CreateDirectory(FolderPath(folder));
        var keys = Enumerable.Range(0, count).Select(number => $"{folder}/k{number * 7919 % 100_003}").ToList();
        keys.ForEach(key => File.WriteAllBytes(FolderPath(key), []));
        return keys;
    }

    private string FolderPath(string key) => Path.Join(_root, "store", FileNames.EncodeKey(key));
}
