using System.Text;

namespace Berth.Storage;

/// <summary>What every host asks of a store before it serves: that of two writers one is refused.</summary>
public static class StorageCheck
{
    private const string Partition = "probe";

    /// <summary>
    /// Creates a record and replaces it, proves that the store refuses to create it again, to replace or delete the
    /// version that is gone and to delete a version of what is absent, and deletes it.
    /// </summary>
    /// <exception cref="StorageFlawException">The store does not keep to <see cref="IRecordStore"/>: two writers would
    /// overwrite each other.</exception>
    /// <exception cref="StorageException">The store does not work.</exception>
    public static async Task RunAsync(IRecordStore records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        var key = new RecordKey(Partition, Guid.NewGuid().ToString("n"));
        var value = Encoding.ASCII.GetBytes(key.Row);
        if (!await records.TryCreateAsync(key, value, cancellationToken))
            throw new StorageException($"it did not create {key.Partition}/{key.Row}, a record that nobody else made");
        try
        {
            var read = await records.GetAsync(key, cancellationToken);
            if (read is null || !read.Value.Span.SequenceEqual(value))
                throw new StorageException("it did not give back the record just written");
            if (!await records.TryReplaceAsync(key, "next"u8.ToArray(), read.Version, cancellationToken))
                throw new StorageException("it did not replace the record just read");
            await RefusesAsync(records, key, read.Version, cancellationToken);
        }
        finally
        {
            await records.DeleteAsync(key, null, cancellationToken);
        }
    }

    /// <summary>Asks for what must not happen.</summary>
    private static async Task RefusesAsync(
        IRecordStore records, RecordKey key, string gone, CancellationToken cancellationToken)
    {
        var created = records.TryCreateAsync(key, "again"u8.ToArray(), cancellationToken);
        var replaced = records.TryReplaceAsync(key, "late"u8.ToArray(), gone, cancellationToken);
        await Task.WhenAll(created, replaced);
        if (await created)
            throw Flawed(StorageFlaw.CreatesTwice, "it created the same record twice");
        if (await replaced)
            throw Flawed(StorageFlaw.ReplacesOldVersions, "it replaced a record that had changed meanwhile");
        // After them: where it does delete, there is nothing left to refuse.
        if (await records.DeleteAsync(key, gone, cancellationToken))
            throw Flawed(StorageFlaw.DeletesOldVersions, "it deleted a record that had changed meanwhile");
        // Ceph 20 refuses the one above and yet lets every one of many at once delete the same version: it looks, then
        // deletes. That shows in what it says of nothing.
        if (await records.DeleteAsync(key with { Row = $"{key.Row}-absent" }, gone, cancellationToken))
            throw Flawed(StorageFlaw.DeletesOldVersions, "it deleted a version of a record that is not there");
    }

    private static StorageFlawException Flawed(StorageFlaw flaw, string what) =>
        new($"{what}, so two writers would lose data") { Flaw = flaw };
}
