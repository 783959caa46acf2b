using Berth.Storage;
using Berth.Stores;

namespace Berth.Collection;

/// <summary>What the shards of a collection work with.</summary>
internal sealed class CollectionRun : IDisposable
{
    private readonly UploadBuffers _buffers;

    /// <param name="storage">The store, at the pace of a collection.</param>
    /// <param name="options">What the operator decided.</param>
    /// <param name="isDry">Whether nothing is to be changed.</param>
    /// <param name="time">The clock.</param>
    public CollectionRun(RegistryStorage storage, CollectionOptions options, bool isDry, TimeProvider time)
    {
        (Records, Objects) = (storage.Records, storage.Objects);
        (Options, IsDry, Time) = (options, isDry, time);
        var grace = new GracePeriod(time, options.Grace);
        _buffers = new(UploadBuffers.UsualPartSize, Objects.MinimumPartSize); // of which nothing is ever taken here
        Blobs = new(Records, Objects, grace);
        Manifests = new(Records, Objects, grace);
        Tags = new(Records, time);
        Uploads = new(Records, Objects, _buffers, grace);
        Repositories = new(Records, time);
        Removal = new(Manifests, Tags, new(Records, Manifests));
    }

    public IRecordStore Records { get; }

    public IObjectStore Objects { get; }

    public CollectionOptions Options { get; }

    /// <summary>Whether nothing is to be changed.</summary>
    public bool IsDry { get; }

    public TimeProvider Time { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public CollectionReport Report { get; set; } = new();

    public BlobStore Blobs { get; }

    public ManifestStore Manifests { get; }

    public TagStore Tags { get; }

    public UploadStore Uploads { get; }

    public RepositoryStore Repositories { get; }

    public ManifestRemoval Removal { get; }

    /// <summary>Whether what was marked then is over, for whoever saw by what was true at a moment that nothing uses it.</summary>
    public bool IsOver(DateTimeOffset marked, DateTimeOffset seen) => seen - marked >= Options.Grace;

    /// <summary>Does something with a record. One that cannot be read does not keep the rest from being collected.</summary>
    public async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (InvalidDataException)
        {
            Report.RecordsUnreadable++;
        }
    }

    public void Dispose() => _buffers.Dispose();

    /// <summary>The object that holds the content of a digest; <see langword="null"/> for none.</summary>
    public async Task<string?> FindObjectAsync(Content.Digest digest, CancellationToken cancellationToken) =>
        (await Blobs.FindContentAsync(digest, cancellationToken))?.Object;
}
