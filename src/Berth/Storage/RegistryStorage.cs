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

    /// <summary>Bytes and facts in one object store: a local folder, S3, OSS.</summary>
    public static RegistryStorage Over(IObjectStore objects)
    {
        var meter = new StorageMeter();
        var metered = new MeteredObjects(objects, meter);
        return new(metered, new ObjectRecords(metered), meter);
    }

    /// <summary>Bytes in one store, facts in another: Azure's blobs and tables.</summary>
    public static RegistryStorage Over(IObjectStore objects, IRecordStore records)
    {
        var meter = new StorageMeter();
        return new(new MeteredObjects(objects, meter), new MeteredRecords(records, meter), meter);
    }
}
