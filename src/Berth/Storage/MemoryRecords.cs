using System.Globalization;

namespace Berth.Storage;

/// <summary>Records in this process's memory, for tests and trials: gone when the process ends.</summary>
public sealed class MemoryRecords : IRecordStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedDictionary<string, Record>> _partitions = new(StringComparer.Ordinal);
    private long _writes;

    /// <inheritdoc/>
    public Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(Find(key));
        }
    }

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        WriteAsync(key, value, existing => existing is null, cancellationToken);

    /// <inheritdoc/>
    public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        TryCreateAsync(key, value, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryReplaceAsync(
        RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken) =>
        WriteAsync(key, value, existing => existing?.Version == version, cancellationToken);

    /// <inheritdoc/>
    public Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        WriteAsync(key, value, _ => true, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (Find(key) is not { } existing)
            {
                return Task.FromResult(version is null);
            }

            if (version is not null && existing.Version != version)
            {
                return Task.FromResult(false);
            }

            var rows = _partitions[key.Partition];
            rows.Remove(key.Row);
            if (rows.Count == 0)
            {
                _partitions.Remove(key.Partition);
            }

            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public async Task<Page<string>> ListRowsAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        var page = await ListAsync(partition, after, limit, cancellationToken);
        return new([.. page.Items.Select(entry => entry.Row)], page.More);
    }

    /// <inheritdoc/>
    public Task<Page<RecordEntry>> ListAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireRows(partition, after, limit);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_partitions.TryGetValue(partition, out var rows))
            {
                return Task.FromResult(new Page<RecordEntry>([], false));
            }

            var entries = rows
                .Where(row => after is null || string.CompareOrdinal(row.Key, after) > 0)
                .Take(limit + 1)
                .Select(row => new RecordEntry(row.Key, row.Value.Value, row.Value.Version))
                .ToList();
            return Task.FromResult(new Page<RecordEntry>([.. entries.Take(limit)], entries.Count > limit));
        }
    }

    /// <inheritdoc/>
    public Task<Page<RecordKey>> ListTreeAsync(
        string root, RecordKey? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireTree(root, after, limit);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var keys = _partitions
                .Where(partition => StorageKey.IsBelow(root, partition.Key))
                .Where(partition => after is null || string.CompareOrdinal(partition.Key, after.Value.Partition) >= 0)
                .OrderBy(partition => partition.Key, StringComparer.Ordinal)
                .SelectMany(partition => partition.Value.Keys.Select(row => new RecordKey(partition.Key, row)))
                .Where(key => after is null || key.Partition != after.Value.Partition
                    || string.CompareOrdinal(key.Row, after.Value.Row) > 0)
                .Take(limit + 1)
                .ToList();
            return Task.FromResult(new Page<RecordKey>([.. keys.Take(limit)], keys.Count > limit));
        }
    }

    private Task<bool> WriteAsync(
        RecordKey key, ReadOnlyMemory<byte> value, Func<Record?, bool> mayWrite, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        RecordValue.Require(value);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!mayWrite(Find(key)))
            {
                return Task.FromResult(false);
            }

            if (!_partitions.TryGetValue(key.Partition, out var rows))
            {
                _partitions.Add(key.Partition, rows = new(StringComparer.Ordinal));
            }

            rows[key.Row] = new(value.ToArray(), (++_writes).ToString(CultureInfo.InvariantCulture));
            return Task.FromResult(true);
        }
    }

    private Record? Find(RecordKey key) =>
        _partitions.TryGetValue(key.Partition, out var rows) ? rows.GetValueOrDefault(key.Row) : null;
}
