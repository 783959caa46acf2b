using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;

namespace Berth.Storage.Azure;

/// <summary>Records in a table: each one entity, its value in binary properties <c>V0</c>, <c>V1</c>, …</summary>
/// <remarks>
/// <para><b>Versions</b> are the entities' ETags: the time of the write, which the service documents to increase with
/// every write of an entity, in steps of 100 ns. An entity that is deleted and created again has had two round trips
/// between. (Azurite's steps are 0.1 ms, less than it takes to answer a request.)</para>
/// <para><b>Writes under a condition</b> are sent again only where the service says that it did not begin. Where the answer
/// is lost nobody can tell whether the write happened: a second try that is refused may have met the first one's work, and
/// even a mark in the entity would not tell once another writer has replaced it. So that is a
/// <see cref="StorageException"/>, and never "another was first". A replacement that is refused at its only try is looked for
/// by its mark, as a proxy may have sent it twice.</para>
/// </remarks>
public sealed class TableRecords : IRecordStore
{
    /// <summary>The most entities that the service returns to one query.</summary>
    private const int MaximumQuery = 1000;

    /// <summary>The largest binary property, in bytes. A value has at most 8 of them.</summary>
    private const int MaximumProperty = 64 * 1024;

    private const string EntityExists = "EntityAlreadyExists";
    private const string EntityMissing = "ResourceNotFound";
    private const string TableMissing = "TableNotFound";

    /// <summary>The partition in UTF-8, of an entity whose key has only a hash of it.</summary>
    private const string WholePartition = "Partition";

    /// <summary>Beside the value, what tells one replacement from every other.</summary>
    private const string Mark = "N";

    /// <summary>In bytes.</summary>
    private const int MarkSize = 8;

    private static readonly string[] KeyOnly = [nameof(TableEntity.RowKey)];
    private static readonly string[] WholeKey =
        [nameof(TableEntity.PartitionKey), nameof(TableEntity.RowKey), WholePartition];

    private readonly Lazy<TableClient> _table;
    private readonly CreatedOnNeed _home;

    internal TableRecords(AzureAccount account)
    {
        _table = new(() => Open(account));
        _home = new(
            $"table '{account.Options.Table}'", account.Options.CreateMissing,
            e => e is { Status: 404, ErrorCode: TableMissing },
            cancellationToken => _table.Value.CreateIfNotExistsAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        return await FindAsync(key, cancellationToken) is { } entity ? new(Value(entity), entity.ETag.ToString()) : null;
    }

    /// <inheritdoc/>
    public async Task<bool> TryCreateAsync(
        RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var entity = Entity(key, value);
        return await WriteAsync(
            "create a record",
            async table =>
            {
                try
                {
                    await table.AddEntityAsync(entity, cancellationToken);
                    return true;
                }
                catch (RequestFailedException e) when (e is { Status: 409, ErrorCode: EntityExists })
                {
                    return false;
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        TryCreateAsync(key, value, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> TryReplaceAsync(
        RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        var entity = Entity(key, value);
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsVersion(version))
            return false;
        var mark = RandomNumberGenerator.GetBytes(MarkSize);
        entity[Mark] = mark;
        return await CallAsync(
            "replace a record",
            async table =>
            {
                await table.UpdateEntityAsync(entity, new ETag(version), TableUpdateMode.Replace, cancellationToken);
                return true;
            },
            refused: false,
            isConditional: true,
            cancellationToken) || await IsReplacedAsync(key, version, mark, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var entity = Entity(key, value);
        await WriteAsync(
            "write a record",
            table => table.UpsertEntityAsync(entity, TableUpdateMode.Replace, cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        cancellationToken.ThrowIfCancellationRequested();
        return (version is null || IsVersion(version)) && await CallAsync(
            "delete a record",
            async table =>
            {
                var response = await table.DeleteEntityAsync(
                    TableKeys.OfPartition(key.Partition),
                    TableKeys.OfRow(key.Row),
                    version is null ? ETag.All : new ETag(version),
                    cancellationToken);
                return response.Status == 404 ? throw new RequestFailedException(response) : true;
            },
            refused: version is null,
            isConditional: version is not null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Page<string>> ListRowsAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireRows(partition, after, limit);
        var entities = await QueryAsync(RowsAfter(partition, after), limit, KeyOnly, cancellationToken);
        return new([.. entities.Take(limit).Select(Row)], entities.Count > limit);
    }

    /// <inheritdoc/>
    public async Task<Page<RecordEntry>> ListAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireRows(partition, after, limit);
        var entities = await QueryAsync(RowsAfter(partition, after), limit, select: null, cancellationToken);
        return new(
            [.. entities.Take(limit).Select(entity => new RecordEntry(Row(entity), Value(entity), entity.ETag.ToString()))],
            entities.Count > limit);
    }

    /// <summary>
    /// In the order of the entities' keys. Asks apart for the rest of the partition that it goes on in: the service makes of
    /// a condition with "or" in it a search through everything.
    /// </summary>
    /// <inheritdoc/>
    public async Task<Page<RecordKey>> ListTreeAsync(
        string root, RecordKey? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireTree(root, after, limit);
        limit = Math.Min(limit, MaximumQuery - 1); // with the one more that is asked for, a single query
        var entities = new List<TableEntity>();
        var (begin, end) = TableKeys.Below(root);
        if (after is { } key)
        {
            entities = await QueryAsync(RowsAfter(key.Partition, key.Row), limit, WholeKey, cancellationToken);
            begin = TableKeys.OfPartition(key.Partition);
        }

        if (entities.Count <= limit)
        {
            entities.AddRange(await QueryAsync(
                $"PartitionKey gt '{begin}' and PartitionKey lt '{end}'", limit - entities.Count, WholeKey, cancellationToken));
        }

        return new(
            [.. entities.Take(limit).Select(entity => new RecordKey(Partition(entity), Row(entity)))],
            entities.Count > limit);
    }

    private Task<TableEntity?> FindAsync(RecordKey key, CancellationToken cancellationToken) =>
        CallAsync<TableEntity?>(
            "read a record",
            async table =>
            {
                var response = await table.GetEntityIfExistsAsync<TableEntity>(
                    TableKeys.OfPartition(key.Partition), TableKeys.OfRow(key.Row), null, cancellationToken);
                return response.HasValue ? response.Value : throw new RequestFailedException(response.GetRawResponse());
            },
            refused: null,
            isConditional: false,
            cancellationToken);

    /// <summary>Whether a replacement that was refused was done all the same: a proxy may have sent it twice.</summary>
    /// <exception cref="StorageException">It was refused although the record has the version that was named.</exception>
    private async Task<bool> IsReplacedAsync(
        RecordKey key, string version, byte[] mark, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken) is not { } entity)
            return false;
        if (entity.ETag.ToString() == version)
            throw new StorageException("Azure storage refused to replace the version of a record that is there");
        return entity.GetBinary(Mark) is { } found && found.AsSpan().SequenceEqual(mark);
    }

    private static TableClient Open(AzureAccount account)
    {
        var options = account.Configure(new TableClientOptions());
        return account.Options is { ConnectionString: { } secret }
            ? new(secret, account.Options.Table, options)
            : new(
                account.Options.TableServiceUri ?? throw new InvalidOperationException("There is no table service."),
                account.Options.Table,
                account.Credential,
                options);
    }

    /// <summary>Whether the service can have given this version; it refuses others with 400.</summary>
    private static bool IsVersion(string version) =>
        version.StartsWith("W/\"", StringComparison.Ordinal) && version.EndsWith('"');

    private static TableEntity Entity(RecordKey key, ReadOnlyMemory<byte> value)
    {
        StorageKey.RequireRecord(key);
        RecordValue.Require(value);
        var entity = new TableEntity(TableKeys.OfPartition(key.Partition), TableKeys.OfRow(key.Row));
        if (TableKeys.ToPartition(entity.PartitionKey) is null)
            entity[WholePartition] = Encoding.UTF8.GetBytes(key.Partition);
        for (var (at, part) = (0, 0); at < value.Length; at += MaximumProperty, part++)
            entity[$"V{part}"] = value[at..Math.Min(at + MaximumProperty, value.Length)].ToArray();
        return entity;
    }

    private static ReadOnlyMemory<byte> Value(TableEntity entity)
    {
        var parts = new List<byte[]>();
        while (entity.GetBinary($"V{parts.Count}") is { } part)
            parts.Add(part);
        if (parts.Count == 1)
            return parts[0];

        var value = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(value, at);
            at += part.Length;
        }

        return value;
    }

    private static string Row(TableEntity entity) => TableKeys.ToRow(entity.RowKey) ?? throw NoRecord();

    private static string Partition(TableEntity entity) =>
        TableKeys.ToPartition(entity.PartitionKey)
        ?? (entity.GetBinary(WholePartition) is { } whole ? Encoding.UTF8.GetString(whole) : throw NoRecord());

    private static StorageException NoRecord() => new("An entity of the table is not a record.");

    /// <summary>A filter. Keys have no quotes: they are marked.</summary>
    private static string RowsAfter(string partition, string? after)
    {
        var filter = $"PartitionKey eq '{TableKeys.OfPartition(partition)}'";
        return after is null ? filter : $"{filter} and RowKey gt '{TableKeys.OfRow(after)}'";
    }

    /// <summary>Up to one entity more than asked for, which tells whether more follow.</summary>
    private Task<List<TableEntity>> QueryAsync(
        string filter, int limit, string[]? select, CancellationToken cancellationToken) =>
        CallAsync(
            "list records",
            async table =>
            {
                // The service may end a page early, also an empty one, and then says where to go on.
                var entities = new List<TableEntity>();
                string? next = null;
                do
                {
                    var most = Math.Min(limit + 1 - entities.Count, MaximumQuery);
                    await using var pages = table
                        .QueryAsync<TableEntity>(filter, most, select, cancellationToken)
                        .AsPages(next, most)
                        .GetAsyncEnumerator(cancellationToken);
                    next = null;
                    if (await pages.MoveNextAsync())
                    {
                        entities.AddRange(pages.Current.Values);
                        next = pages.Current.ContinuationToken;
                    }
                }
                while (next is not null && entities.Count <= limit);

                return entities;
            },
            refused: [],
            isConditional: false,
            cancellationToken);

    /// <summary>A write that may be the table's first.</summary>
    private Task<T> WriteAsync<T>(
        string what, Func<TableClient, Task<T>> call, CancellationToken cancellationToken) =>
        _home.WriteAsync(what, () => call(_table.Value), cancellationToken);

    /// <summary>A call for what is there: nothing in a table that is missing.</summary>
    /// <param name="what">The call in words.</param>
    /// <param name="call">The call.</param>
    /// <param name="refused">The answer where the entity is absent or of another version.</param>
    /// <param name="isConditional">Whether the call names a version. Where none was named, 412 tells nothing of the entity.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private Task<T> CallAsync<T>(
        string what, Func<TableClient, Task<T>> call, T refused, bool isConditional, CancellationToken cancellationToken) =>
        _home.ReadAsync(
            what, refused, e => e is { Status: 404, ErrorCode: EntityMissing } || (isConditional && e.Status == 412),
            () => call(_table.Value), cancellationToken);
}
