namespace Berth.Storage;

/// <summary>Records over any object store: each record one small object.</summary>
public sealed class ObjectRecords(IObjectStore objects) : IRecordStore
{
    private readonly IObjectStore _objects = objects;

    /// <inheritdoc/>
    public Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken) => throw new NotSupportedException(_objects.ToString());

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => throw new NotSupportedException(_objects.ToString());

    /// <inheritdoc/>
    public Task<bool> TryReplaceAsync(RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken) => throw new NotSupportedException(_objects.ToString());

    /// <inheritdoc/>
    public Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => throw new NotSupportedException(_objects.ToString());

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken) => throw new NotSupportedException(_objects.ToString());

    /// <inheritdoc/>
    public Task<Page<string>> ListRowsAsync(string partition, string? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException(_objects.ToString());

    /// <inheritdoc/>
    public Task<Page<RecordEntry>> ListAsync(string partition, string? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException(_objects.ToString());
}
