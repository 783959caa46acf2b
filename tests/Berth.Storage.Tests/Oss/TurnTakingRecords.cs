namespace Berth.Storage.Tests.Oss;

/// <summary>Stores over the same data, each call to another one.</summary>
internal sealed class TurnTakingRecords(IReadOnlyList<IRecordStore> stores) : IRecordStore
{
    private uint _calls;

    private IRecordStore Next => stores[(int)(Interlocked.Increment(ref _calls) % stores.Count)];

    public Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken) =>
        Next.GetAsync(key, cancellationToken);

    public Task<bool> TryCreateAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        Next.TryCreateAsync(key, value, cancellationToken);

    public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        Next.EnsureAsync(key, value, cancellationToken);

    public Task<bool> TryReplaceAsync(
        RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken) =>
        Next.TryReplaceAsync(key, value, version, cancellationToken);

    public Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        Next.PutAsync(key, value, cancellationToken);

    public Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken) =>
        Next.DeleteAsync(key, version, cancellationToken);

    public Task<Page<string>> ListRowsAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken) =>
        Next.ListRowsAsync(partition, after, limit, cancellationToken);

    public Task<Page<RecordEntry>> ListAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken) =>
        Next.ListAsync(partition, after, limit, cancellationToken);

    public Task<Page<RecordKey>> ListTreeAsync(
        string root, RecordKey? after, int limit, CancellationToken cancellationToken) =>
        Next.ListTreeAsync(root, after, limit, cancellationToken);
}
