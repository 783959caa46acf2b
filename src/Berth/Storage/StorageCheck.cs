using System.Text;

namespace Berth.Storage;

/// <summary>What every host asks of a store before it serves: that no record is created twice.</summary>
public static class StorageCheck
{
    private const string Partition = "probe";

    /// <summary>
    /// Creates a record, proves that the store refuses to create it again and gives back what was written, and deletes
    /// it.
    /// </summary>
    /// <exception cref="StorageException">The store does not keep to <see cref="IRecordStore"/>: two writers would
    /// overwrite each other.</exception>
    public static async Task RunAsync(IRecordStore records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        var key = new RecordKey(Partition, Guid.NewGuid().ToString("n"));
        var value = Encoding.ASCII.GetBytes(key.Row);
        if (!await records.TryCreateAsync(key, value, cancellationToken))
            throw new StorageException($"it did not create {key.Partition}/{key.Row}, a record that nobody else made");
        try
        {
            if (await records.TryCreateAsync(key, "again"u8.ToArray(), cancellationToken))
                throw new StorageException("it created the same record twice, so two writers would lose data");
            var read = await records.GetAsync(key, cancellationToken);
            if (read is null || !read.Value.Span.SequenceEqual(value))
                throw new StorageException("it did not give back the record just written");
        }
        finally
        {
            await records.DeleteAsync(key, null, cancellationToken);
        }
    }
}
