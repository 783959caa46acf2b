namespace Berth.Collection;

/// <summary>What a collection did, or would do: numbers of records, objects and bytes.</summary>
public sealed class CollectionReport
{
    /// <summary>Whether it came to its end; if not, the next one goes on where it stopped.</summary>
    public bool IsComplete { get; internal set; }

    /// <summary>Uploads that were not resumed for so long that they ended.</summary>
    public long UploadsExpired { get; internal set; }

    /// <summary>Ended uploads that were forgotten, with whatever they had left behind.</summary>
    public long UploadsCleared { get; internal set; }

    /// <summary>Uploads in parts that no session knows of, dropped with their parts.</summary>
    public long PartsAborted { get; internal set; }

    /// <summary>Objects of uploads and manifests that nothing names, deleted.</summary>
    public long OrphansDeleted { get; internal set; }

    /// <summary>Manifests that nothing names, marked: they have from now on until they are deleted.</summary>
    public long ManifestsCondemned { get; internal set; }

    /// <summary>Manifests that nothing has named for as long as the policy says, deleted.</summary>
    public long ManifestsDeleted { get; internal set; }

    /// <summary>Records of manifests that were deleted long ago, removed.</summary>
    public long ManifestsForgotten { get; internal set; }

    /// <summary>Blobs that no manifest of their repository names, marked: they have the grace from now on.</summary>
    public long LinksCondemned { get; internal set; }

    /// <summary>Blobs taken out of a repository.</summary>
    public long LinksDeleted { get; internal set; }

    /// <summary>Blobs that no repository holds, marked: they have the grace from now on.</summary>
    public long BlobsCondemned { get; internal set; }

    /// <summary>Blobs deleted.</summary>
    public long BlobsDeleted { get; internal set; }

    /// <summary>The bytes of the blobs deleted.</summary>
    public long BytesFreed { get; internal set; }

    /// <summary>Repositories of which a manifest cannot be read: nothing is taken out of them.</summary>
    public long RepositoriesLeftOut { get; internal set; }

    /// <summary>Records that cannot be read: they stay, and what they name.</summary>
    public long RecordsUnreadable { get; internal set; }

    /// <summary>Calls to the store.</summary>
    public long StorageCalls { get; internal set; }

    /// <summary>Adds what a later slice of the same collection did; the whole is complete when that one is.</summary>
    public void Add(CollectionReport later)
    {
        ArgumentNullException.ThrowIfNull(later);
        IsComplete = later.IsComplete;
        UploadsExpired += later.UploadsExpired;
        UploadsCleared += later.UploadsCleared;
        PartsAborted += later.PartsAborted;
        OrphansDeleted += later.OrphansDeleted;
        ManifestsCondemned += later.ManifestsCondemned;
        ManifestsDeleted += later.ManifestsDeleted;
        ManifestsForgotten += later.ManifestsForgotten;
        LinksCondemned += later.LinksCondemned;
        LinksDeleted += later.LinksDeleted;
        BlobsCondemned += later.BlobsCondemned;
        BlobsDeleted += later.BlobsDeleted;
        BytesFreed += later.BytesFreed;
        RepositoriesLeftOut += later.RepositoriesLeftOut;
        RecordsUnreadable += later.RecordsUnreadable;
        StorageCalls += later.StorageCalls;
    }
}
