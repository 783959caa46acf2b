namespace Berth.Storage;

/// <summary>Counts each call to a store of records as objects.</summary>
internal sealed class MeteredVersionedObjects(IVersionedObjects store, StorageMeter meter) : IVersionedObjects
{
    public Task<ObjectContent?> ReadAsync(string key, CancellationToken cancellationToken) =>
        meter.CountAsync("records.read", () => store.ReadAsync(key, cancellationToken));

    public Task<bool> PutAsync(
        string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken) =>
        meter.CountAsync("records.write", () => store.PutAsync(key, content, condition, cancellationToken));

    public Task<bool> DeleteAsync(string key, string? version, CancellationToken cancellationToken) =>
        meter.CountAsync("records.delete", () => store.DeleteAsync(key, version, cancellationToken));

    public Task<Page<string>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        meter.CountAsync("records.list", () => store.ListAsync(prefix, after, limit, cancellationToken));
}
