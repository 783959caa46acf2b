using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>
/// Upload sessions: records that each request swaps by version, so that of two at one offset one wins. An ended session
/// stays for the <see cref="GracePeriod"/>: it answers a repeated request, and leads the collector to what the upload wrote.
/// </summary>
internal sealed class UploadStore(
    IRecordStore records, IObjectStore objects, UploadBuffers buffers, GracePeriod grace)
{
    /// <summary>How often an id can be used anew while its earlier sessions are remembered.</summary>
    private const int MostGenerations = 100;

    /// <summary>The size from which a chunk can be stored as it comes, in bytes: what OCI-Chunk-Min-Length announces.</summary>
    public int MinimumChunkSize => objects.MinimumPartSize;

    public async Task<UploadId> StartAsync(
        UploadOwner owner, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        var id = UploadId.New();
        await CreateAsync(owner, id, NewSession(owner, algorithm), cancellationToken);
        return id;
    }

    /// <summary>
    /// Begins an upload that one request finishes: it leaves an ended session at once, so that whatever becomes of the request,
    /// the collector finds what it wrote.
    /// </summary>
    public async Task<StoredUpload> IntendAsync(
        UploadOwner owner, Digest digest, CancellationToken cancellationToken)
    {
        var id = UploadId.New();
        var intent = NewSession(owner, digest.Algorithm) with { Ended = grace.Now, Digest = digest.ToString() };
        await CreateAsync(owner, id, intent, cancellationToken);
        return new(id, intent, Version: "");
    }

    /// <summary>Makes what <see cref="IntendAsync"/> began, and its writer received whole, one object.</summary>
    /// <returns>The object, and since when the collector waits for something to name it.</returns>
    /// <exception cref="StorageException">It took so long that it is being cleared away.</exception>
    public async Task<(StoredBlob Blob, DateTimeOffset Ended)> CompleteAsync(
        UploadOwner owner, StoredUpload intended, UploadWriter writer, CancellationToken cancellationToken)
    {
        var whole = await writer.SealAsync(cancellationToken)
            ?? throw new StorageException("an upload that was never saved has lost its tail");
        if (await RenewAsync(owner, intended, cancellationToken) is not { } ended)
        {
            // The collector may have looked for what was stored before it was.
            await writer.DiscardAsync(whole, CancellationToken.None);
            throw new StorageException($"the upload {intended.Id} took so long that it is being cleared away");
        }
        return (await CompleteAsync(whole with { Ended = ended }, cancellationToken), ended);
    }

    /// <summary>Lets the grace of what <see cref="IntendAsync"/> began start anew where half of it is over.</summary>
    /// <returns>When it started; <see langword="null"/> where the upload is being cleared away.</returns>
    private async Task<DateTimeOffset?> RenewAsync(
        UploadOwner owner, StoredUpload intended, CancellationToken cancellationToken)
    {
        if (!grace.IsHalfOver(intended.Session.Ended!.Value))
        {
            return intended.Session.Ended;
        }
        var renewed = intended.Session with { Ended = grace.Now };
        return await FindAsync(owner, intended.Id, cancellationToken) is { } found
            && found.Session.Digest == renewed.Digest
            && await records.TryReplaceAsync(
                RecordLayout.Upload(found.Id), Write(renewed), found.Version, cancellationToken)
                ? renewed.Ended
                : null;
    }

    /// <summary>
    /// Keeps an ended session from being renewed before what it wrote is cleared away. Only one of <see cref="IntendAsync"/>
    /// can be.
    /// </summary>
    /// <returns><see langword="false"/> when it was changed meanwhile.</returns>
    public async Task<bool> TryCloseAsync(StoredUpload ended, CancellationToken cancellationToken) =>
        ended.Session is not { Digest: not null, Object: null, TailObject: null }
        || await records.TryReplaceAsync(
            RecordLayout.Upload(ended.Id), Write(ended.Session with { Digest = null }), ended.Version, cancellationToken);

    /// <summary>The session of an id, begun now unless it was before.</summary>
    /// <param name="owner">Whose it is.</param>
    /// <param name="idOf">The id; another for each number from 0 up, which are tried until one has not ended yet.</param>
    /// <param name="algorithm">The algorithm whose hash is carried along.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageException">The id is another owner's, or others end the session again and again.</exception>
    public async Task<StoredUpload> BeginOrResumeAsync(
        UploadOwner owner, Func<int, UploadId> idOf, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        for (var generation = 0; generation < MostGenerations; generation++)
        {
            var id = idOf(generation);
            await records.TryCreateAsync(RecordLayout.Upload(id), Write(NewSession(owner, algorithm)), cancellationToken);
            if (await GetAsync(owner, id, cancellationToken) is { } upload)
            {
                return upload;
            }
        }
        throw new StorageException($"the upload {idOf(0)} was ended by others again and again");
    }

    /// <summary>A session of this owner that goes on; <see langword="null"/> where there is none, or it is another's.</summary>
    public async Task<StoredUpload?> GetAsync(UploadOwner owner, UploadId id, CancellationToken cancellationToken) =>
        await FindAsync(owner, id, cancellationToken) is { Session.Ended: null } upload ? upload : null;

    /// <summary>As <see cref="GetAsync"/>, but an ended session too.</summary>
    public async Task<StoredUpload?> FindAsync(UploadOwner owner, UploadId id, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(RecordLayout.Upload(id), cancellationToken) is not { } record)
        {
            return null;
        }
        var session = BerthJson.Read(record.Value.Span, BerthJson.Instance.UploadSession);
        return session.Repository == owner.Repository.ToString() && session.Owner == owner.Principal
            ? new(id, session, record.Version)
            : null;
    }

    /// <summary>What receives the next bytes of a session.</summary>
    public UploadWriter Write(StoredUpload upload, DigestAlgorithm? algorithm = null) =>
        new(objects, buffers, upload.Id, upload.Session, algorithm ?? upload.Session.Algorithm);

    /// <summary>Makes <paramref name="next"/> the session, unless another request changed it meanwhile.</summary>
    public async Task<bool> TrySaveAsync(
        StoredUpload current, UploadSession next, CancellationToken cancellationToken)
    {
        if (!await records.TryReplaceAsync(
            RecordLayout.Upload(current.Id), Write(next with { Saved = grace.Now }), current.Version, cancellationToken))
        {
            return false;
        }
        if (current.Session.TailObject is { } tail && tail != next.TailObject)
        {
            await objects.DeleteAsync(tail, cancellationToken);
        }
        return true;
    }

    /// <summary>
    /// Ends a session whose content, all of it stored, is about to be published, unless another request changed it meanwhile.
    /// </summary>
    /// <returns>The ended session, or <see langword="null"/>.</returns>
    public async Task<UploadSession?> TryEndAsync(
        StoredUpload current, UploadSession whole, Digest digest, CancellationToken cancellationToken)
    {
        var ended = whole with { Ended = grace.Now, Digest = digest.ToString() };
        return await TrySaveAsync(current, ended, cancellationToken) ? ended : null;
    }

    /// <summary>Whether an ended session can still be published: so soon after its end that nobody clears it away.</summary>
    public bool CanPublish(UploadSession session, Digest digest) =>
        session.Digest == digest.ToString() && session.Ended is { } ended && !grace.IsHalfOver(ended);

    /// <summary>Makes the stored content of an ended session one object. A second time it changes nothing.</summary>
    /// <exception cref="StorageException">It took so long that the collector may be clearing it away.</exception>
    public async Task<StoredBlob> CompleteAsync(UploadSession ended, CancellationToken cancellationToken)
    {
        if (ended is { Object: { } key, StoreUpload: { } storeUpload })
        {
            await objects.CompleteUploadAsync(key, storeUpload, ended.Receipts, cancellationToken);
        }
        if (grace.IsHalfOver(ended.Ended!.Value))
        {
            throw new StorageException("an upload took so long to complete that it may be cleared away");
        }
        return new(
            (ended.StoreUpload is null ? ended.TailObject : ended.Object)
                ?? throw new InvalidDataException("an ended upload names no object"),
            ended.Offset);
    }

    /// <summary>Drops a session and its bytes, those included that other requests add meanwhile.</summary>
    /// <returns><see langword="false"/> when there was none.</returns>
    public async Task<bool> CancelAsync(UploadOwner owner, UploadId id, CancellationToken cancellationToken)
    {
        while (await GetAsync(owner, id, cancellationToken) is { } upload)
        {
            if (await TryCancelAsync(upload, cancellationToken))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Drops a session that is still as it was read.</summary>
    /// <returns><see langword="false"/> when another request changed it meanwhile.</returns>
    public async Task<bool> TryCancelAsync(StoredUpload upload, CancellationToken cancellationToken)
    {
        var session = upload.Session;
        var ended = session with { Ended = grace.Now, HashState = null, Receipts = [], Tail = null };
        if (!await records.TryReplaceAsync(
            RecordLayout.Upload(upload.Id), Write(ended), upload.Version, cancellationToken))
        {
            return false;
        }
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

    /// <summary>Drops the content of an ended session that is not what it was said to be.</summary>
    public async Task RejectAsync(UploadId id, UploadSession ended, StoredBlob blob, CancellationToken cancellationToken)
    {
        await records.PutAsync(RecordLayout.Upload(id), Write(ended with { Digest = null }), cancellationToken);
        await objects.DeleteAsync(blob.Object, cancellationToken);
    }

    /// <summary>Creates the session of an id that nobody else has.</summary>
    /// <exception cref="StorageException">The store says that there is one, and there is none.</exception>
    private async Task CreateAsync(
        UploadOwner owner, UploadId id, UploadSession session, CancellationToken cancellationToken)
    {
        if (!await records.TryCreateAsync(RecordLayout.Upload(id), Write(session), cancellationToken)
            && await FindAsync(owner, id, cancellationToken) is null)
        {
            throw new StorageException($"the upload {id} could not be begun: the store says that it is there, and it is not");
        }
    }

    private UploadSession NewSession(UploadOwner owner, DigestAlgorithm algorithm) => new()
    {
        Repository = owner.Repository.ToString(),
        Owner = owner.Principal,
        Started = grace.Now,
        Saved = grace.Now,
        Algorithm = algorithm,
    };

    private static byte[] Write(UploadSession session) =>
        BerthJson.Write(session, BerthJson.Instance.UploadSession);
}

/// <summary>A session as read.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Session">What it holds.</param>
/// <param name="Version">What a swap must name.</param>
internal sealed record StoredUpload(UploadId Id, UploadSession Session, string Version);
