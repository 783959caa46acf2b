using Berth.Collection;

namespace Berth.Storage;

/// <summary>Where a registry keeps its bytes and its facts, with the calls to both counted.</summary>
public sealed class RegistryStorage
{
    private readonly Func<StorageMeter, (IObjectStore Objects, IRecordStore Records)> _create;

    private RegistryStorage(
        Func<StorageMeter, (IObjectStore Objects, IRecordStore Records)> create, StorageMeter meter)
    {
        _create = create;
        (Objects, Records) = create(meter);
        Meter = meter;
    }

    /// <summary>The bytes.</summary>
    public IObjectStore Objects { get; }

    /// <summary>The facts.</summary>
    public IRecordStore Records { get; }

    /// <summary>Counts the calls that a request makes.</summary>
    internal StorageMeter Meter { get; }

    /// <summary>Bytes and facts as objects of one store: a local folder, S3.</summary>
    public static RegistryStorage Over(IObjectStore objects, IVersionedObjects records) => new(
        meter => (new MeteredObjects(objects, meter), new ObjectRecords(new MeteredVersionedObjects(records, meter))),
        new());

    /// <summary>Bytes in one store, facts in another or kept in another way: Azure's blobs and tables, OSS.</summary>
    public static RegistryStorage Over(IObjectStore objects, IRecordStore records) =>
        new(meter => (new MeteredObjects(objects, meter), new MeteredRecords(records, meter)), new());

    /// <summary>The same store, for work that nobody waits for.</summary>
    internal RegistryStorage WithPace(CallPace pace) => new(_create, new(pace));
}
