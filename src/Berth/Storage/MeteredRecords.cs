namespace Berth.Storage;

/// <summary>Counts each call to a record store.</summary>
internal sealed class MeteredRecords(IRecordStore store, StorageMeter meter) : IRecordStore
{
    public Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken) =>
        meter.CountAsync("records.get", () => store.GetAsync(key, cancellationToken));

    public Task<bool> TryCreateAsync(
        RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        meter.CountAsync("records.create", () => store.TryCreateAsync(key, value, cancellationToken));

    public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        meter.CountAsync("records.ensure", () => store.EnsureAsync(key, value, cancellationToken));

    public Task<bool> TryReplaceAsync(
        RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken) =>
        meter.CountAsync("records.replace", () => store.TryReplaceAsync(key, value, version, cancellationToken));

    public Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        meter.CountAsync("records.put", () => store.PutAsync(key, value, cancellationToken));

    public Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken) =>
        meter.CountAsync("records.delete", () => store.DeleteAsync(key, version, cancellationToken));

    public Task<Page<string>> ListRowsAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken) =>
        meter.CountAsync("records.list_rows", () => store.ListRowsAsync(partition, after, limit, cancellationToken));

    public Task<Page<RecordEntry>> ListAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken) =>
        meter.CountAsync("records.list", () => store.ListAsync(partition, after, limit, cancellationToken));

    public Task<Page<RecordKey>> ListTreeAsync(
        string root, RecordKey? after, int limit, CancellationToken cancellationToken) =>
        meter.CountAsync("records.list_tree", () => store.ListTreeAsync(root, after, limit, cancellationToken));
}
