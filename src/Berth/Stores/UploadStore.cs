using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Upload sessions: records that each request swaps by version, so that of two at one offset one wins.</summary>
internal sealed class UploadStore(
    IRecordStore records, IObjectStore objects, UploadBuffers buffers, TimeProvider time)
{
    /// <summary>The size from which a chunk can be stored as it comes, in bytes: what OCI-Chunk-Min-Length announces.</summary>
    public int MinimumChunkSize => objects.MinimumPartSize;

    public UploadSession NewSession(UploadOwner owner, DigestAlgorithm algorithm) => new()
    {
        Repository = owner.Repository.ToString(),
        Owner = owner.Principal,
        Started = time.GetUtcNow(),
        Algorithm = algorithm,
    };

    public async Task<UploadId> StartAsync(
        UploadOwner owner, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        var id = UploadId.New();
        await records.TryCreateAsync(RecordLayout.Upload(id), Write(NewSession(owner, algorithm)), cancellationToken);
        return id;
    }

    /// <summary>The session of an id, begun now unless it was before.</summary>
    /// <exception cref="StorageException">The id is another owner's, or others end the session again and again.</exception>
    public async Task<StoredUpload> BeginOrResumeAsync(
        UploadOwner owner, UploadId id, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        await records.TryCreateAsync(RecordLayout.Upload(id), Write(NewSession(owner, algorithm)), cancellationToken);
        return await GetAsync(owner, id, cancellationToken)
            ?? throw new StorageException($"the upload {id} was ended by another process");
    }

    /// <summary>A session of this owner; <see langword="null"/> where there is none, or it is another's.</summary>
    public async Task<StoredUpload?> GetAsync(UploadOwner owner, UploadId id, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(RecordLayout.Upload(id), cancellationToken) is not { } record)
        {
            return null;
        }
        var session = BerthJson.Read(record.Value.Span, BerthJson.Instance.UploadSession);
        return session.Repository == owner.Repository.ToString() && session.Owner == owner.Principal
            ? new(session, record.Version)
            : null;
    }

    /// <summary>What receives the next bytes of a session.</summary>
    public UploadWriter Write(UploadSession session, DigestAlgorithm? algorithm = null) =>
        new(objects, buffers, session, algorithm ?? session.Algorithm);

    /// <summary>Makes <paramref name="next"/> the session, unless another request changed it meanwhile.</summary>
    public async Task<bool> TrySaveAsync(
        UploadId id, StoredUpload current, UploadSession next, CancellationToken cancellationToken)
    {
        if (!await records.TryReplaceAsync(
            RecordLayout.Upload(id), Write(next), current.Version, cancellationToken))
        {
            return false;
        }
        if (current.Session.TailObject is { } tail && tail != next.TailObject)
        {
            await objects.DeleteAsync(tail, cancellationToken);
        }
        return true;
    }

    /// <summary>Ends a session whose tail is about to be published, unless another request changed it meanwhile.</summary>
    public Task<bool> TryClaimAsync(UploadId id, StoredUpload upload, CancellationToken cancellationToken) =>
        records.DeleteAsync(RecordLayout.Upload(id), upload.Version, cancellationToken);

    /// <summary>Forgets a session whose content was published.</summary>
    public async Task FinishAsync(UploadId id, UploadSession session, CancellationToken cancellationToken)
    {
        await records.DeleteAsync(RecordLayout.Upload(id), version: null, cancellationToken);
        if (session.TailObject is { } tail)
        {
            await objects.DeleteAsync(tail, cancellationToken);
        }
    }

    /// <summary>Drops a session and its bytes, those included that other requests add meanwhile.</summary>
    /// <returns><see langword="false"/> when there was none.</returns>
    public async Task<bool> CancelAsync(UploadOwner owner, UploadId id, CancellationToken cancellationToken)
    {
        while (await GetAsync(owner, id, cancellationToken) is { } upload)
        {
            if (await TryCancelAsync(id, upload, cancellationToken))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Drops an object that no session and no blob names.</summary>
    public Task DropAsync(StoredBlob blob, CancellationToken cancellationToken) =>
        objects.DeleteAsync(blob.Object, cancellationToken);

    /// <returns><see langword="false"/> when another request changed the session meanwhile.</returns>
    private async Task<bool> TryCancelAsync(UploadId id, StoredUpload upload, CancellationToken cancellationToken)
    {
        if (!await records.DeleteAsync(RecordLayout.Upload(id), upload.Version, cancellationToken))
        {
            return false;
        }
        var session = upload.Session;
        if (session is { Object: { } key, StoreUpload: { } storeUpload })
        {
            await objects.AbortUploadAsync(key, storeUpload, cancellationToken);
        }
        if (session.TailObject is { } tail)
        {
            await objects.DeleteAsync(tail, cancellationToken);
        }
        return true;
    }

    private static byte[] Write(UploadSession session) =>
        BerthJson.Write(session, BerthJson.Instance.UploadSession);
}

/// <summary>A session as read.</summary>
/// <param name="Session">What it holds.</param>
/// <param name="Version">What a swap must name.</param>
internal sealed record StoredUpload(UploadSession Session, string Version);
