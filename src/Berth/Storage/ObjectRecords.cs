namespace Berth.Storage;

/// <summary>Records as objects of one store: each record one small object at <c>records/{partition}/{row}</c>.</summary>
/// <remarks>
/// An object's version may be a hash of its bytes, which returns when the bytes do; a record's may not. So each object
/// begins with a line that no other write has, which readers do not see: see <see cref="RecordEnvelope"/>.
/// </remarks>
public sealed class ObjectRecords(IVersionedObjects objects) : IRecordStore
{
    private const string Root = "records/";

    /// <summary>How many rows of one page are read together; enough to hide a cloud store's latency.</summary>
    private const int ReadsTogether = 16;

    private readonly IVersionedObjects _objects = objects;

    /// <inheritdoc/>
    public async Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        return await ReadAsync(ObjectKey(key), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        WriteAsync(key, value, PutCondition.Absent, cancellationToken);

    /// <inheritdoc/>
    public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        WriteAsync(key, value, PutCondition.Unwritten, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// A refusal is believed only where the record is another's: a proxy may have sent the write twice, and the second one met
    /// the first. No two writes have the same bytes.
    /// </remarks>
    public async Task<bool> TryReplaceAsync(
        RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        StorageKey.RequireRecord(key);
        var content = RecordEnvelope.Wrap(value);
        return await _objects.PutAsync(ObjectKey(key), content, PutCondition.Matches(version), cancellationToken)
            || (await _objects.ReadAsync(ObjectKey(key), cancellationToken) is { } there
                && there.Bytes.Span.SequenceEqual(content));
    }

    /// <inheritdoc/>
    public Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        WriteAsync(key, value, PutCondition.None, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        return _objects.DeleteAsync(ObjectKey(key), version, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Page<string>> ListRowsAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireRows(partition, after, limit);
        var prefix = ObjectKey(new(partition, string.Empty));
        var page = await _objects.ListAsync(
            prefix, after is null ? null : prefix + after, limit, cancellationToken);
        return new([.. page.Items.Select(key => key[prefix.Length..])], page.More);
    }

    /// <inheritdoc/>
    public async Task<Page<RecordEntry>> ListAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await ListRowsAsync(partition, after, limit, cancellationToken);
        var entries = await ReadRowsAsync(partition, rows.Items, cancellationToken);

        // A page that lost all its rows to deletions would leave the caller without a row to go on from.
        while (entries.Count == 0 && rows.More)
        {
            rows = await ListRowsAsync(partition, rows.Items[^1], limit, cancellationToken);
            entries = await ReadRowsAsync(partition, rows.Items, cancellationToken);
        }

        return new(entries, rows.More);
    }

    /// <summary>In the order of the objects' keys.</summary>
    /// <inheritdoc/>
    public async Task<Page<RecordKey>> ListTreeAsync(
        string root, RecordKey? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireTree(root, after, limit);
        var prefix = $"{Root}{root}/";
        var behind = after is { } key ? ObjectKey(key) : null;
        while (true)
        {
            var page = await _objects.ListAsync(prefix, behind, limit, cancellationToken);
            List<RecordKey> keys = [.. page.Items.Select(Parse).Where(found => StorageKey.IsBelow(root, found.Partition))];
            if (keys.Count > 0 || !page.More)
            {
                return new(keys, page.More);
            }

            behind = page.Items[^1]; // all of them rows of the root itself
        }
    }

    private static RecordKey Parse(string objectKey)
    {
        var slash = objectKey.LastIndexOf('/');
        return new(objectKey[Root.Length..slash], objectKey[(slash + 1)..]);
    }

    private static string ObjectKey(RecordKey key) => $"{Root}{key.Partition}/{key.Row}";

    private async Task<List<RecordEntry>> ReadRowsAsync(
        string partition, IReadOnlyList<string> rows, CancellationToken cancellationToken)
    {
        var records = new Record?[rows.Count];
        await Parallel.ForAsync(
            0,
            rows.Count,
            new ParallelOptions { MaxDegreeOfParallelism = ReadsTogether, CancellationToken = cancellationToken },
            async (index, cancellation) =>
                records[index] = await ReadAsync(ObjectKey(new(partition, rows[index])), cancellation));
        return
        [
            .. rows.Zip(records)
                .Where(row => row.Second is not null)
                .Select(row => new RecordEntry(row.First, row.Second!.Value, row.Second.Version)),
        ];
    }

    private async Task<Record?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var content = await _objects.ReadAsync(key, cancellationToken);
        return content is null ? null : new(RecordEnvelope.Unwrap(content.Bytes), content.Version);
    }

    private Task<bool> WriteAsync(
        RecordKey key, ReadOnlyMemory<byte> value, PutCondition condition, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        return _objects.PutAsync(ObjectKey(key), RecordEnvelope.Wrap(value), condition, cancellationToken);
    }
}
