namespace Berth.Storage;

/// <summary>Small facts: a linearizable register per key.</summary>
/// <remarks>
/// <para><b>Keys.</b> A partition is one or more segments joined by <c>/</c>, a row is one segment, as defined by
/// <see cref="IObjectStore"/>; a partition has at most 512 characters, and with its row at most
/// 800 bytes of UTF-8. No partition is the prefix of another
/// (<c>a</c> beside <c>a/b</c>): callers keep to that.</para>
/// <para><b>Values</b> are 0 to 524,288 bytes; more is an <see cref="ArgumentException"/>.</para>
/// <para><b>Versions</b> are never reused, even when a value returns to what it was: a swap succeeds only when no write
/// came between.</para>
/// <para>Atomicity, durability, ordering and failures are those of <see cref="IObjectStore"/>.</para>
/// </remarks>
public interface IRecordStore
{
    /// <summary>The record, or <see langword="null"/> where there is none.</summary>
    Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken);

    /// <summary>Creates a record. <see langword="false"/>: there is one already, and it is unchanged.</summary>
    Task<bool> TryCreateAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>Creates a record unless there is one: in one call to the store, for records that are never deleted by
    /// version.</summary>
    Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>Compare and swap. <see langword="false"/>: the record is absent or of another version, and unchanged.</summary>
    Task<bool> TryReplaceAsync(
        RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken);

    /// <summary>Creates or overwrites a record.</summary>
    Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>Deletes a record.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="version">Delete only this version; <see langword="null"/> for whichever there is, absent included.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="false"/> when a version was given and the record is absent or of another one.</returns>
    Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken);

    /// <summary>Lists the rows of a partition in ordinal order, in one call to the store.</summary>
    /// <param name="partition">The partition; one without records is an empty page.</param>
    /// <param name="after">Only rows ordinally greater than this; <see langword="null"/> for the first page.</param>
    /// <param name="limit">The most rows returned, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<Page<string>> ListRowsAsync(string partition, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>As <see cref="ListRowsAsync"/>, with the values: one call, or one more per row where the store must.</summary>
    /// <remarks>A record deleted while the page is read is left out; the page may then hold fewer rows than exist.</remarks>
    Task<Page<RecordEntry>> ListAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Lists the keys of all records whose partition begins with a root, a slash behind it.</summary>
    /// <remarks>
    /// <para>The rows of one partition are together, in ordinal order. Partitions are in an order of the store's own, the
    /// same for every call and every instance: where they have equal lengths and differ in plain characters only, the
    /// ordinal one. So a walk over many pages sees every record that is there from its beginning to its end once, and
    /// those that come or go meanwhile at most once.</para>
    /// <para>A page may hold fewer keys than exist and fit; it is empty only when none follow. It costs one call to the
    /// store, two on Azure when it goes on in the middle; more where the store keeps what is deleted for a while.</para>
    /// </remarks>
    /// <param name="root">Whole segments, at most 64 characters: <c>blobs</c>.</param>
    /// <param name="after">Only keys that follow this one, which need not exist any more but lies below the root;
    /// <see langword="null"/> for the first page.</param>
    /// <param name="limit">The most keys returned, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<Page<RecordKey>> ListTreeAsync(string root, RecordKey? after, int limit, CancellationToken cancellationToken);
}

/// <summary>Where a record is kept.</summary>
/// <param name="Partition">What is listed together.</param>
/// <param name="Row">The name within it.</param>
public readonly record struct RecordKey(string Partition, string Row);

/// <summary>A record as read.</summary>
/// <param name="Value">Its bytes.</param>
/// <param name="Version">What a swap must name.</param>
public sealed record Record(ReadOnlyMemory<byte> Value, string Version);

/// <summary>A record as listed.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="Version">What a swap must name.</param>
public sealed record RecordEntry(string Row, ReadOnlyMemory<byte> Value, string Version);
