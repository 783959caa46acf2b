using System.Security.Cryptography;
using Berth.Auth;
using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Blobs: content kept once, and a link for each repository that holds it.</summary>
internal sealed class BlobStore(IRecordStore records, IObjectStore objects)
{
    /// <summary>How many holders of a blob are looked at for one from which the caller may pull.</summary>
    private const int MostHolders = 10;

    /// <summary>Where the content is, if the repository holds the blob: all that a pull needs, in one read.</summary>
    public async Task<StoredBlob?> GetAsync(RepositoryName name, Digest digest, CancellationToken cancellationToken) =>
        await GetAsync(RecordLayout.BlobLink(digest, name), cancellationToken);

    /// <summary>Makes a complete object the content of a digest, and links it to the repository.</summary>
    /// <remarks>Where the content was there already, the link names the older object and this one is dropped.</remarks>
    public async Task PublishAsync(
        RepositoryName name, Digest digest, StoredBlob blob, CancellationToken cancellationToken)
    {
        if (!await AdoptAsync(name, digest, blob, cancellationToken))
        {
            await objects.DeleteAsync(blob.Object, cancellationToken);
        }
    }

    /// <summary>As <see cref="PublishAsync"/>, with an object that is not the registry's to drop.</summary>
    /// <returns><see langword="false"/> where the content was there already, and nothing names this object.</returns>
    public async Task<bool> AdoptAsync(
        RepositoryName name, Digest digest, StoredBlob blob, CancellationToken cancellationToken)
    {
        var value = BerthJson.Write(blob, BerthJson.Instance.StoredBlob);
        var published = blob;
        while (!await records.TryCreateAsync(RecordLayout.Blob(digest), value, cancellationToken))
        {
            if (await FindContentAsync(digest, cancellationToken) is { } winner)
            {
                published = winner;
                break;
            }
        }
        await LinkAsync(name, digest, published, cancellationToken);
        return published.Object == blob.Object;
    }

    /// <summary>The content of a digest, whether or not a repository holds it: for those who may see them all.</summary>
    public Task<StoredBlob?> FindContentAsync(Digest digest, CancellationToken cancellationToken) =>
        GetAsync(RecordLayout.Blob(digest), cancellationToken);

    /// <summary>Links a blob that another repository holds.</summary>
    public Task LinkAsync(
        RepositoryName name, Digest digest, StoredBlob blob, CancellationToken cancellationToken) =>
        records.PutAsync(
            RecordLayout.BlobLink(digest, name), BerthJson.Write(blob, BerthJson.Instance.StoredBlob),
            cancellationToken);

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
                && await rights.AllowAsync(holder, RepositoryActions.Pull, cancellationToken))
            {
                return BerthJson.Read(entry.Value.Span, BerthJson.Instance.StoredBlob);
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
        await records.DeleteAsync(key, version: null, cancellationToken);
        return true;
    }

    /// <summary>Reads an object to compute its digest: for the upload that was hashed with another algorithm.</summary>
    public async Task<Digest> ComputeDigestAsync(
        StoredBlob blob, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        await using var stream = await objects.OpenReadAsync(blob.Object, 0, length: null, cancellationToken)
            ?? throw new InvalidDataException($"the object {blob.Object} of an upload is gone");
        return Digest.FromHash(algorithm, algorithm == DigestAlgorithm.Sha256
            ? await SHA256.HashDataAsync(stream, cancellationToken)
            : await SHA512.HashDataAsync(stream, cancellationToken));
    }

    private async Task<StoredBlob?> GetAsync(RecordKey key, CancellationToken cancellationToken)
    {
        var record = await records.GetAsync(key, cancellationToken);
        return record is null ? null : BerthJson.Read(record.Value.Span, BerthJson.Instance.StoredBlob);
    }
}
