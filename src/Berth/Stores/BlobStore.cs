using System.Security.Cryptography;
using Berth.Auth;
using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Blobs: content kept once, and a link for each repository that holds it.</summary>
/// <remarks>
/// The collector condemns what nothing uses, and removes it a <see cref="GracePeriod"/> later unless somebody made it live
/// again. Whoever is about to rely on a record reads it and makes it live where it is condemned. A condemnation that comes after
/// that reading leaves time to write what relies on it, which the collector then sees; a writer that needed more than half the
/// grace looks again after its write.
/// </remarks>
internal sealed class BlobStore(IRecordStore records, IObjectStore objects, GracePeriod grace)
{
    /// <summary>How many holders of a blob are looked at for one from which the caller may pull.</summary>
    private const int MostHolders = 10;

    /// <summary>How often others may come in between before the client is asked to try again.</summary>
    private const int MostTries = 20;

    /// <summary>How many repositories are read at once to link them to another object.</summary>
    private const int RelinkedTogether = 100;

    /// <summary>Where the content is, if the repository holds the blob: all that a pull needs, in one read.</summary>
    public async Task<StoredBlob?> GetAsync(RepositoryName name, Digest digest, CancellationToken cancellationToken) =>
        Whole(await ReadAsync(RecordLayout.BlobLink(digest, name), cancellationToken));

    /// <summary>As <see cref="GetAsync"/>, for somebody who will rely on the repository's holding it.</summary>
    public async Task<StoredBlob?> KeepAsync(RepositoryName name, Digest digest, CancellationToken cancellationToken) =>
        Whole(await ReviveAsync(RecordLayout.BlobLink(digest, name), cancellationToken));

    /// <summary>Makes a complete object the content of a digest, and links it to the repository.</summary>
    /// <param name="name">The repository.</param>
    /// <param name="digest">The digest.</param>
    /// <param name="blob">The object.</param>
    /// <param name="ended">When its upload ended: a grace later the collector clears it away if nothing names it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <remarks>Where the content was there already, the link names the older object and this one is dropped.</remarks>
    /// <exception cref="StorageException">
    /// Others changed the same blob again and again, and nothing is lost; or so much time passed that this object may be.
    /// </exception>
    public async Task PublishAsync(
        RepositoryName name, Digest digest, StoredBlob blob, DateTimeOffset ended, CancellationToken cancellationToken)
    {
        if (await AdoptAsync(name, digest, blob, ended, cancellationToken))
        {
            return;
        }
        var mark = grace.Mark();
        await objects.DeleteAsync(blob.Object, cancellationToken);
        if (grace.IsHalfOver(mark))
        {
            throw TookTooLong();
        }
    }

    /// <summary>As <see cref="PublishAsync"/>, with an object that is not the registry's to drop.</summary>
    /// <returns><see langword="false"/> where the content was there already, and nothing names this object.</returns>
    public async Task<bool> AdoptAsync(
        RepositoryName name, Digest digest, StoredBlob blob, DateTimeOffset? ended, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var mark = grace.Mark();
            if (await PlaceAsync(digest, blob, ended, cancellationToken) is { } content
                && await TryLinkAsync(name, digest, content, mark, cancellationToken))
            {
                return content.Object == blob.Object;
            }
        }
        throw new StorageException($"others changed the blob {digest} again and again");
    }

    /// <summary>The content of a digest, whether or not a repository holds it: for those who may see them all.</summary>
    public async Task<StoredBlob?> FindContentAsync(Digest digest, CancellationToken cancellationToken) =>
        Whole(await ReadAsync(RecordLayout.Blob(digest), cancellationToken)) is { IsDeleting: false } blob ? blob : null;

    /// <summary>Links the content of a digest, whether or not a repository holds it.</summary>
    /// <returns><see langword="false"/> where there is none.</returns>
    public async Task<bool> TryLinkContentAsync(RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        var mark = grace.Mark();
        return Whole(await ReviveAsync(RecordLayout.Blob(digest), cancellationToken)) is { } content
            && await TryLinkAsync(name, digest, content, mark, cancellationToken);
    }

    /// <summary>Links a blob that another repository holds.</summary>
    /// <param name="name">The repository that shall hold it.</param>
    /// <param name="digest">The blob's digest.</param>
    /// <param name="blob">Its content.</param>
    /// <param name="mark">From before it was read.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="false"/> where that took so long that the content or the link is gone.</returns>
    public async Task<bool> TryLinkAsync(
        RepositoryName name, Digest digest, StoredBlob blob, long mark, CancellationToken cancellationToken)
    {
        var key = RecordLayout.BlobLink(digest, name);
        var link = new StoredBlob(blob.Object, blob.Size);
        await records.PutAsync(key, Write(link), cancellationToken);
        if (!grace.IsHalfOver(mark)
            || ((await ReviveAsync(RecordLayout.Blob(digest), cancellationToken))?.Blob.Object == blob.Object
                && (await ReviveAsync(key, cancellationToken))?.Blob.Object == blob.Object))
        {
            return true;
        }
        // A link of the same digest to another object is somebody else's and stays.
        if (await ReadAsync(key, cancellationToken) is { } written && written.Blob.Object == blob.Object)
        {
            await records.DeleteAsync(key, written.Version, cancellationToken);
        }
        return false;
    }

    /// <summary>A point in time for <see cref="TryLinkAsync"/>.</summary>
    public long Mark() => grace.Mark();

    /// <summary>
    /// The content as some repository holds it from which the caller may pull; <see langword="null"/> when none of the first
    /// few does.
    /// </summary>
    public async Task<StoredBlob?> FindAnywhereAsync(Digest digest, Rights rights, CancellationToken cancellationToken)
    {
        string? after = null;
        for (var looked = 0; looked < MostHolders; looked++)
        {
            // Repositories list before the blob's own record, which alone grants nothing: all links may be deleted.
            var page = await records.ListAsync(RecordLayout.BlobPartition(digest), after, 1, cancellationToken);
            if (page.Items is not [var entry] || !RecordLayout.IsBlobLink(entry.Row))
            {
                return null;
            }
            after = entry.Row;
            if (RepositoryName.TryParse(RecordLayout.Decode(after), out var holder)
                && await rights.AllowAsync(holder, RepositoryActions.Pull, cancellationToken)
                && Read(entry.Value) is { Damaged: null } blob)
            {
                return blob;
            }
        }
        return null;
    }

    /// <returns><see langword="false"/> when the repository does not hold the blob.</returns>
    public async Task<bool> UnlinkAsync(RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        var key = RecordLayout.BlobLink(digest, name);
        if (await records.GetAsync(key, cancellationToken) is null)
        {
            return false;
        }
        await ReleaseAsync(digest, cancellationToken);
        await records.DeleteAsync(key, version: null, cancellationToken);
        return true;
    }

    /// <summary>
    /// Makes a blob live whose link is about to be removed: somebody may be mounting it from that link, who reads no more than
    /// the link, and is safe as long as the grace begins after the link was there.
    /// </summary>
    public async Task ReleaseAsync(Digest digest, CancellationToken cancellationToken) =>
        await ReviveAsync(RecordLayout.Blob(digest), cancellationToken);

    /// <summary>Reads an object to compute its digest: for the upload that was hashed with another algorithm.</summary>
    /// <returns><see langword="null"/> where there is no such object.</returns>
    public async Task<Digest?> ComputeDigestAsync(
        StoredBlob blob, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        await using var stream = await objects.OpenReadAsync(blob.Object, 0, length: null, cancellationToken);
        if (stream is null)
        {
            return null;
        }
        return Digest.FromHash(
            algorithm, await CryptographicOperations.HashDataAsync(algorithm.Name(), stream, cancellationToken));
    }

    /// <summary>Makes an object the content of a digest unless there is one that is not being deleted.</summary>
    /// <returns>The content; <see langword="null"/> when somebody else changed it meanwhile.</returns>
    private async Task<StoredBlob?> PlaceAsync(
        Digest digest, StoredBlob blob, DateTimeOffset? ended, CancellationToken cancellationToken)
    {
        var key = RecordLayout.Blob(digest);
        if (await TryNameAsync(key, blob, version: null, ended, cancellationToken))
        {
            return blob;
        }
        if (await ReadAsync(key, cancellationToken) is not { } existing)
        {
            return null;
        }
        if (existing.Blob.Damaged is not null)
        {
            return await TryRepairAsync(digest, existing, blob, ended, cancellationToken) ? blob : null;
        }
        if (existing.Blob.IsDeleting)
        {
            // The record is all that leads to the old object: as long as it names that, whoever comes next deletes it.
            await objects.DeleteAsync(existing.Blob.Object, cancellationToken);
            return await TryNameAsync(key, blob, existing.Version, ended, cancellationToken) ? blob : null;
        }
        var content = existing.Blob with { Condemned = null };
        return content == existing.Blob
            || await records.TryReplaceAsync(key, Write(content), existing.Version, cancellationToken)
                ? content
                : null;
    }

    /// <summary>Makes the record of a blob name a new object.</summary>
    /// <returns><see langword="false"/> when somebody else changed the record meanwhile.</returns>
    /// <exception cref="StorageException">It took so long that the object may be cleared away, or be gone.</exception>
    private async Task<bool> TryNameAsync(
        RecordKey key, StoredBlob blob, string? version, DateTimeOffset? ended, CancellationToken cancellationToken)
    {
        if (!IsLate())
        {
            if (!await (version is null
                ? records.TryCreateAsync(key, Write(blob), cancellationToken)
                : records.TryReplaceAsync(key, Write(blob), version, cancellationToken)))
            {
                return false;
            }
            if (!IsLate())
            {
                return true;
            }
            await WithdrawAsync(key, blob);
        }
        throw TookTooLong();

        bool IsLate() => ended is { } since && grace.IsHalfOver(since);
    }

    /// <summary>Takes back that a record names an object: nobody holds what is damaged, and the next push replaces it.</summary>
    private async Task WithdrawAsync(RecordKey key, StoredBlob blob)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await ReadAsync(key, CancellationToken.None) is not { } named
                || named.Blob.Object != blob.Object
                || await records.TryReplaceAsync(
                    key, Write(named.Blob with { Damaged = grace.Now }), named.Version, CancellationToken.None))
            {
                return;
            }
        }
    }

    /// <summary>Puts an object in the place of a damaged one, for everybody who held that.</summary>
    /// <returns><see langword="false"/> when it has to be looked at anew.</returns>
    private async Task<bool> TryRepairAsync(
        Digest digest, (StoredBlob Blob, string Version) damaged, StoredBlob blob, DateTimeOffset? ended,
        CancellationToken cancellationToken)
    {
        if (damaged.Blob.Object == blob.Object)
        {
            throw new StorageException($"the object {blob.Object} of this upload is damaged") { IsDamage = true };
        }
        var key = RecordLayout.Blob(digest);
        if (!damaged.Blob.IsDeleting)
        {
            // From then on no scrub finds that it is whole again, and the object can go before its name is forgotten.
            await records.TryReplaceAsync(
                key, Write(damaged.Blob with { IsDeleting = true }), damaged.Version, cancellationToken);
            return false;
        }
        await objects.DeleteAsync(damaged.Blob.Object, cancellationToken);
        if (!await TryNameAsync(key, blob, damaged.Version, ended, cancellationToken))
        {
            return false;
        }
        await RelinkAsync(digest, damaged.Blob.Object, blob, cancellationToken);
        return true;
    }

    /// <summary>What stops half-way is no harm: those who are left push the blob again, or the next scrub links them.</summary>
    private async Task RelinkAsync(Digest digest, string old, StoredBlob blob, CancellationToken cancellationToken)
    {
        Page<RecordEntry> page;
        string? after = null;
        do
        {
            page = await records.ListAsync(RecordLayout.BlobPartition(digest), after, RelinkedTogether, cancellationToken);
            foreach (var entry in page.Items.Where(entry => RecordLayout.IsBlobLink(entry.Row)))
            {
                if (Read(entry.Value) is var link && link.Object == old)
                {
                    await records.TryReplaceAsync(
                        new(RecordLayout.BlobPartition(digest), entry.Row),
                        Write(link with { Object = blob.Object, Size = blob.Size, Damaged = null }), entry.Version,
                        cancellationToken);
                }
                after = entry.Row;
            }
        }
        while (page.More && page.Items.Count > 0);
    }

    private static StorageException TookTooLong() =>
        new("an upload took so long to publish that it may be cleared away");

    /// <summary>What is damaged is there for nobody.</summary>
    private static StoredBlob? Whole((StoredBlob Blob, string Version)? found) =>
        found is { Blob: { Damaged: null } blob } ? blob : null;

    /// <summary>Reads a record, and makes it live where it is condemned.</summary>
    /// <returns><see langword="null"/> where there is none, or its object is being deleted.</returns>
    private async Task<(StoredBlob Blob, string Version)?> ReviveAsync(RecordKey key, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await ReadAsync(key, cancellationToken) is not { } found || found.Blob.IsDeleting)
            {
                return null;
            }
            if (found.Blob.Condemned is null
                || await records.TryReplaceAsync(
                    key, Write(found.Blob with { Condemned = null }), found.Version, cancellationToken))
            {
                return found;
            }
        }
        throw new StorageException($"others changed {key.Partition}/{key.Row} again and again");
    }

    private async Task<(StoredBlob Blob, string Version)?> ReadAsync(RecordKey key, CancellationToken cancellationToken) =>
        await records.GetAsync(key, cancellationToken) is { } record ? (Read(record.Value), record.Version) : null;

    private static StoredBlob Read(ReadOnlyMemory<byte> value) => BerthJson.Read(value.Span, BerthJson.Instance.StoredBlob);

    private static byte[] Write(StoredBlob blob) => BerthJson.Write(blob, BerthJson.Instance.StoredBlob);
}
