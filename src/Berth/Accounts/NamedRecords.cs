using System.Text.Json.Serialization.Metadata;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Accounts;

/// <summary>The records of one partition, each by a name, as values.</summary>
internal sealed class NamedRecords<T>(IRecordStore records, string partition)
    where T : class
{
    /// <summary>How often a change is tried again when others come before it.</summary>
    private const int MostTries = 20;

    /// <summary>Asked for when it is needed: to make it takes time, and most registries have no accounts.</summary>
    private static JsonTypeInfo<T> Json => (JsonTypeInfo<T>)BerthJson.Instance.GetTypeInfo(typeof(T))!;

    public async Task<Stored<T>?> GetAsync(string name, CancellationToken cancellationToken) =>
        await records.GetAsync(Key(name), cancellationToken) is { } record
            ? new(name, BerthJson.Read(record.Value.Span, Json), record.Version)
            : null;

    public Task<bool> TryCreateAsync(string name, T value, CancellationToken cancellationToken) =>
        records.TryCreateAsync(Key(name), BerthJson.Write(value, Json), cancellationToken);

    /// <summary>Makes <paramref name="next"/> the value, unless another request changed it meanwhile.</summary>
    public Task<bool> TryReplaceAsync(Stored<T> current, T next, CancellationToken cancellationToken) =>
        records.TryReplaceAsync(Key(current.Name), BerthJson.Write(next, Json), current.Version, cancellationToken);

    /// <summary>Deletes the record, unless another request changed it meanwhile.</summary>
    public Task<bool> TryDeleteAsync(Stored<T> current, CancellationToken cancellationToken) =>
        records.DeleteAsync(Key(current.Name), current.Version, cancellationToken);

    /// <summary>Changes a value, again and again until no other change came between.</summary>
    /// <param name="name">The record's name.</param>
    /// <param name="change">Makes the next value of the present one; one that is the same changes nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The value as it is then; <see langword="null"/> where there is none.</returns>
    /// <exception cref="StorageException">Others change it all the time.</exception>
    public async Task<T?> UpdateAsync(string name, Func<Stored<T>, T> change, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MostTries; i++)
        {
            if (await GetAsync(name, cancellationToken) is not { } current)
            {
                return null;
            }
            var next = change(current);
            if (ReferenceEquals(next, current.Value) || await TryReplaceAsync(current, next, cancellationToken))
            {
                return next;
            }
        }
        throw new StorageException($"a record of {partition} was changed by others {MostTries} times");
    }

    /// <summary>Values in ordinal order of their names, after the given one.</summary>
    public async Task<Page<Stored<T>>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        var last = after is null ? null : RecordLayout.Encode(after);
        var page = await records.ListAsync(partition, last, limit, cancellationToken);
        return new(
            [
                .. page.Items.Select(entry => new Stored<T>(
                    RecordLayout.Decode(entry.Row), BerthJson.Read(entry.Value.Span, Json), entry.Version)),
            ],
            page.More);
    }

    /// <summary>Every value, page by page.</summary>
    public async IAsyncEnumerable<Stored<T>> AllAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await ListAsync(after, StorageKey.MaximumPageLimit, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }
            if (!page.More || page.Items.Count == 0)
            {
                yield break;
            }
            after = page.Items[^1].Name;
        }
    }

    private RecordKey Key(string name) => new(partition, RecordLayout.Encode(name));
}

/// <summary>A value as read.</summary>
/// <param name="Name">Its record's name.</param>
/// <param name="Value">What it holds.</param>
/// <param name="Version">What a swap must name.</param>
internal sealed record Stored<T>(string Name, T Value, string Version);
