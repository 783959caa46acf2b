using Berth.Content;
using Berth.Endpoints;
using Berth.Storage.FileSystem;
using Berth.Stores;
using Berth.Tests.Protocol;

namespace Berth.Tests.Endpoints;

/// <summary>When a file that was hashed once is hashed again, and what is never taken for its content.</summary>
public sealed class ContentProofTests : IDisposable
{
    private const string Key = "objects/00/blob";

    private readonly string _root = Directory.CreateTempSubdirectory("berth-proof-").FullName;
    private readonly byte[] _content = Client.RandomBytes(1 << 20);
    private readonly PassingTime _time = new();
    private readonly FileSystemObjects _objects;
    private readonly ProvenFiles _proven;
    private readonly Digest _digest;

    public ContentProofTests()
    {
        _objects = new(_root);
        _proven = new(_time);
        _digest = Digest.Of(DigestAlgorithm.Sha256, _content);
    }

    private string FilePath => Path.Join(_root, "store", Key);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableFact]
    public async Task An_unchanged_file_is_hashed_once()
    {
        await StoreAsync();

        Assert.True(await ProveAsync());
        Assert.False(await ProveAsync());
    }

    [SkippableFact]
    public async Task It_is_hashed_again_after_an_hour()
    {
        await StoreAsync();
        await ProveAsync();

        _time.Passed += TimeSpan.FromMinutes(59);
        Assert.False(await ProveAsync());
        _time.Passed += TimeSpan.FromMinutes(2);
        Assert.True(await ProveAsync());
    }

    [SkippableFact]
    public async Task A_file_that_was_changed_a_moment_ago_is_hashed_now_and_the_next_time()
    {
        await StoreAsync();
        var tries = 0;
        bool wasFresh;
        do
        {
            Skip.If(tries++ == 20, "Between a write and a read of the file this machine always takes too long.");
            await File.WriteAllBytesAsync(FilePath, _content);
            await ProveAsync();
            using var handle = File.OpenHandle(FilePath);
            wasFresh = !FileStamp.Of(handle)!.Value.IsSettled(); // and so it was, before, when it was read
        }
        while (!wasFresh);

        await SettleAsync();
        Assert.True(await ProveAsync());
    }

    [SkippableFact]
    public async Task A_byte_changed_behind_the_time_of_the_last_write_is_noticed()
    {
        await StoreAsync();
        await ProveAsync();

        FlipKeepingTimes();
        await SettleAsync();

        await Assert.ThrowsAsync<InvalidDataException>(ProveAsync);
        await Assert.ThrowsAsync<InvalidDataException>(ProveAsync);
    }

    [SkippableFact]
    public async Task Another_file_of_the_same_size_and_time_is_hashed()
    {
        await StoreAsync();
        await ProveAsync();

        var other = FilePath + ".other";
        File.Copy(FilePath, other);
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(FilePath));
        File.Move(other, FilePath, overwrite: true);
        await SettleAsync();

        Assert.True(await ProveAsync());
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_byte_changed_while_a_known_file_is_sent_is_noticed(bool keepsTimes)
    {
        await StoreAsync();
        await ProveAsync();
        await using var stream = await OpenAsync();
        using var proof = Begin(stream);
        Assert.False(proof.NeedsBytes);

        Change(keepsTimes);

        await Assert.ThrowsAsync<InvalidDataException>(() => proof.CompleteAsync(default));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_byte_changed_behind_the_hash_is_noticed_where_the_system_sent_it(bool keepsTimes)
    {
        await StoreAsync();
        await using var stream = await OpenAsync();
        using var proof = Begin(stream);
        Assert.True(proof.AllowsBypass);
        proof.IsBypassed = true;
        proof.Add(_content);

        Change(keepsTimes);

        await Assert.ThrowsAsync<InvalidDataException>(() => proof.CompleteAsync(default));
    }

    [SkippableFact]
    public async Task A_file_that_is_deleted_while_it_is_sent_is_sent_to_its_end()
    {
        await StoreAsync();
        await ProveAsync();
        await using var stream = await OpenAsync();
        using var proof = Begin(stream);

        await _objects.DeleteAsync(Key, default);

        await proof.CompleteAsync(default);
    }

    private void Change(bool keepsTimes)
    {
        if (keepsTimes)
        {
            FlipKeepingTimes();
        }
        else
        {
            // The same bytes once more: they may have been others in between.
            File.WriteAllBytes(FilePath, _content);
        }
    }

    private void FlipKeepingTimes()
    {
        var written = File.GetLastWriteTimeUtc(FilePath);
        using (var handle = File.OpenHandle(FilePath, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(handle, [(byte)(_content[^1] ^ 1)], _content.Length - 1);
        }
        File.SetLastWriteTimeUtc(FilePath, written);
    }

    private async Task StoreAsync()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells which file it is.");
        await _objects.PutAsync(Key, new(_content), default);
        await SettleAsync();
    }

    /// <summary>Until a change of the file would show.</summary>
    private async Task SettleAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var handle = File.OpenHandle(FilePath);
        while (!FileStamp.Of(handle)!.Value.IsSettled())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    /// <summary>Proves the content as a pull does.</summary>
    /// <returns>Whether it had to be hashed.</returns>
    private async Task<bool> ProveAsync()
    {
        await using var stream = await OpenAsync();
        using var proof = Begin(stream);
        var needed = proof.NeedsBytes;
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        proof.Add(bytes.ToArray());
        await proof.CompleteAsync(default);
        return needed;
    }

    private async Task<Stream> OpenAsync() => (await _objects.OpenReadAsync(Key, 0, null, default))!;

    private ContentProof Begin(Stream stream) => new(_digest, new StoredBlob(Key, _content.Length), stream, _proven);

    private sealed class PassingTime : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
