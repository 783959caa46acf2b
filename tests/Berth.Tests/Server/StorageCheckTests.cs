using Berth.Storage;
using Record = Berth.Storage.Record;

namespace Berth.Tests.Server;

public sealed class StorageCheckTests
{
    [Fact]
    public async Task A_store_that_keeps_its_word_passes_and_is_left_empty()
    {
        var store = new LooseRecords();
        await StorageCheck.RunAsync(store, CancellationToken.None);
        Assert.Empty(store.Rows);
    }

    [Fact]
    public async Task A_store_that_creates_a_record_twice_is_refused_and_left_empty()
    {
        var store = new LooseRecords { CreatesTwice = true };
        var fault = await Assert.ThrowsAsync<StorageException>(() =>
            StorageCheck.RunAsync(store, CancellationToken.None));
        Assert.Contains("twice", fault.Message, StringComparison.Ordinal);
        Assert.Empty(store.Rows);
    }

    [Fact]
    public async Task A_store_that_forgets_is_refused()
    {
        var store = new LooseRecords { Forgets = true };
        var fault = await Assert.ThrowsAsync<StorageException>(() =>
            StorageCheck.RunAsync(store, CancellationToken.None));
        Assert.Contains("give back", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>A record store that breaks its contract on request.</summary>
    private sealed class LooseRecords : IRecordStore
    {
        public Dictionary<RecordKey, ReadOnlyMemory<byte>> Rows { get; } = [];

        public bool CreatesTwice { get; init; }

        public bool Forgets { get; init; }

        public Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken) =>
            Task.FromResult(!Forgets && Rows.TryGetValue(key, out var value) ? new Record(value, "1") : null);

        public Task<bool> TryCreateAsync(
            RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
            Task.FromResult(Rows.TryAdd(key, value) || CreatesTwice);

        public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken) =>
            Task.FromResult(Rows.Remove(key) || true);

        public Task<bool> TryReplaceAsync(
            RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Page<string>> ListRowsAsync(
            string partition, string? after, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Page<RecordEntry>> ListAsync(
            string partition, string? after, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
