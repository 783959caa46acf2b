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

    [Theory]
    [InlineData(StorageFlaw.CreatesTwice, "created the same record twice")]
    [InlineData(StorageFlaw.ReplacesOldVersions, "replaced a record")]
    [InlineData(StorageFlaw.DeletesOldVersions, "deleted a record")]
    public async Task A_store_that_loses_writes_is_refused_and_left_empty(StorageFlaw flaw, string message)
    {
        var store = new LooseRecords { Flaw = flaw };
        var fault = await Assert.ThrowsAsync<StorageFlawException>(() =>
            StorageCheck.RunAsync(store, CancellationToken.None));
        Assert.Equal(flaw, fault.Flaw);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Empty(store.Rows);
    }

    [Fact]
    public async Task A_store_that_deletes_versions_of_nothing_is_refused_and_left_empty()
    {
        var store = new LooseRecords { DeletesNothing = true };
        var fault = await Assert.ThrowsAsync<StorageFlawException>(() =>
            StorageCheck.RunAsync(store, CancellationToken.None));
        Assert.Equal(StorageFlaw.DeletesOldVersions, fault.Flaw);
        Assert.Contains("not there", fault.Message, StringComparison.Ordinal);
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
        private int _version;

        public Dictionary<RecordKey, Record> Rows { get; } = [];

        public StorageFlaw? Flaw { get; init; }

        public bool Forgets { get; init; }

        public bool DeletesNothing { get; init; }

        public Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken) =>
            Task.FromResult(Forgets ? null : Rows.GetValueOrDefault(key));

        public Task<bool> TryCreateAsync(
            RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
            WriteAsync(key, value, !Rows.ContainsKey(key) || Flaw == StorageFlaw.CreatesTwice);

        public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> TryReplaceAsync(
            RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken) =>
            WriteAsync(key, value, Rows[key].Version == version || Flaw == StorageFlaw.ReplacesOldVersions);

        public Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken)
        {
            var holds = Rows.TryGetValue(key, out var record)
                ? version is null || record.Version == version || Flaw == StorageFlaw.DeletesOldVersions
                : version is null || DeletesNothing;
            if (holds)
            {
                Rows.Remove(key);
            }

            return Task.FromResult(holds);
        }

        private Task<bool> WriteAsync(RecordKey key, ReadOnlyMemory<byte> value, bool holds)
        {
            if (holds)
            {
                Rows[key] = new(value, $"{++_version}");
            }

            return Task.FromResult(holds);
        }

        public Task<Page<RecordKey>> ListTreeAsync(
            string root, RecordKey? after, int limit, CancellationToken cancellationToken) =>
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
