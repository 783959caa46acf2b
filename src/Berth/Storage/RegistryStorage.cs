namespace Berth.Storage;

/// <summary>Where a registry keeps its bytes and its facts, with the calls to both counted.</summary>
public sealed class RegistryStorage
{
    private RegistryStorage(IObjectStore objects, IRecordStore records, StorageMeter meter) =>
        (Objects, Records, Meter) = (objects, records, meter);

    /// <summary>The bytes.</summary>
    public IObjectStore Objects { get; }

    /// <summary>The facts.</summary>
    public IRecordStore Records { get; }

    /// <summary>Counts the calls that a request makes.</summary>
    internal StorageMeter Meter { get; }

    /// <summary>Bytes and facts as objects of one store: a local folder, S3.</summary>
    public static RegistryStorage Over(IObjectStore objects, IVersionedObjects records)
    {
        var meter = new StorageMeter();
        return new(
            new MeteredObjects(objects, meter), new ObjectRecords(new MeteredVersionedObjects(records, meter)), meter);
    }

    /// <summary>Bytes in one store, facts in another or kept in another way: Azure's blobs and tables, OSS.</summary>
    public static RegistryStorage Over(IObjectStore objects, IRecordStore records)
    {
        var meter = new StorageMeter();
        return new(new MeteredObjects(objects, meter), new MeteredRecords(records, meter), meter);
    }
}
