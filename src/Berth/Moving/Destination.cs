using Berth.Collection;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Moving;

/// <summary>The stores that a push writes to.</summary>
internal sealed class Destination : IDisposable
{
    private readonly UploadBuffers _buffers;

    public Destination(RegistryStorage storage, int blobsTogether, TimeProvider time)
    {
        var (records, objects) = (storage.Records, storage.Objects);
        Objects = objects;
        // Enough for every blob's parts in flight, the one held back and the one that fills: with less, parts would have
        // different sizes.
        _buffers = new(
            (long)blobsTogether * (objects.PartsTogether + 2) * Math.Max(UploadBuffers.UsualPartSize, objects.MinimumPartSize),
            objects.MinimumPartSize);
        Repositories = new(records, time);
        var grace = new GracePeriod(time, new CollectionOptions().Grace);
        Blobs = new(records, objects, grace);
        Manifests = new(records, objects, grace);
        Tags = new(records, time);
        Referrers = new(records, Manifests);
        Uploads = new(records, objects, _buffers, grace);
    }

    public IObjectStore Objects { get; }

    public RepositoryStore Repositories { get; }

    public BlobStore Blobs { get; }

    public ManifestStore Manifests { get; }

    public TagStore Tags { get; }

    public ReferrerStore Referrers { get; }

    public UploadStore Uploads { get; }

    /// <summary>The size of a whole part, in bytes.</summary>
    public int PartSize => _buffers.PartSize;

    public void Dispose() => _buffers.Dispose();
}
