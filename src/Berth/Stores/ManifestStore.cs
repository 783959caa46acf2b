using System.Buffers;
using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Manifests by digest: small ones inside their record, so that a pull is one read, large ones as an object.</summary>
/// <remarks>
/// A deleted one leaves its record behind for the <see cref="GracePeriod"/>, so that a push of the same manifest knows that it
/// may have met with the deletion.
/// </remarks>
internal sealed class ManifestStore(IRecordStore records, IObjectStore objects, GracePeriod grace)
{
    /// <summary>The largest manifest kept in its record, in bytes.</summary>
    public const int InlineLimit = 64 * 1024;

    private const byte Separator = (byte)'\n';

    /// <summary>A manifest as stored.</summary>
    public async Task<StoredManifest?> GetAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken) =>
        await FindAsync(name, digest, cancellationToken) is { Facts.Deleted: null } manifest ? manifest : null;

    /// <summary>As <see cref="GetAsync"/>, but also what is left of one that was deleted lately.</summary>
    public async Task<StoredManifest?> FindAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        var record = await records.GetAsync(RecordLayout.Manifest(name, digest), cancellationToken);
        return record is null ? null : Read(record.Value, record.Version);
    }

    /// <summary>As <see cref="GetAsync"/>, for somebody who will rely on its being there.</summary>
    public async Task<StoredManifest?> KeepAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        while (await GetAsync(name, digest, cancellationToken) is { } manifest)
        {
            if (manifest.Facts.Condemned is null || await TryMarkAsync(name, digest, manifest, since: null, cancellationToken))
            {
                return manifest;
            }
        }
        return null;
    }

    /// <summary>Notes since when nothing names a manifest, or that something does.</summary>
    /// <returns><see langword="false"/> when somebody changed it since it was got.</returns>
    public Task<bool> TryMarkAsync(
        RepositoryName name, Digest digest, StoredManifest manifest, DateTimeOffset? since,
        CancellationToken cancellationToken) =>
        records.TryReplaceAsync(
            RecordLayout.Manifest(name, digest), Write(manifest.Facts with { Condemned = since }, manifest.Inline),
            manifest.Version, cancellationToken);

    /// <summary>The bytes of a manifest.</summary>
    /// <returns><see langword="null"/> when it was deleted since it was got.</returns>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(StoredManifest manifest, CancellationToken cancellationToken) =>
        manifest.Facts.Object is null
            ? manifest.Inline
            : await objects.ReadWholeAsync(manifest.Facts.Object, cancellationToken);

    /// <summary>Stores a manifest. One that is there already stays, unless it is damaged or was pushed with another media type.</summary>
    /// <returns>Whether it is new: neither there before nor deleted lately.</returns>
    /// <exception cref="StorageException">Its object took so long to write that it may be cleared away.</exception>
    public async Task<bool> PutAsync(
        RepositoryName name, Digest digest, Manifest manifest, ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken)
    {
        string? late = null;
        bool? isNew = null;
        while (true)
        {
            var written = grace.Now;
            string? ownObject = null;
            if (content.Length > InlineLimit)
            {
                ownObject = RecordLayout.NewManifestObject(name, digest, written);
                await objects.PutAsync(ownObject, new ReadOnlySequence<byte>(content), cancellationToken);
            }
            var facts = new ManifestRecord(manifest.MediaType, content.Length, manifest.Subject?.ToString(), ownObject);
            var named = await PutAsync(name, digest, facts, content, written, late, cancellationToken);
            isNew ??= named;
            if (ownObject is null || !grace.IsHalfOver(written))
            {
                return isNew.Value;
            }
            late = ownObject; // the collector may have cleared it away before anything named it
        }
    }

    /// <summary>A repository's manifests in the ordinal order of their digests, after the given one, the deleted included.</summary>
    /// <returns>A manifest is <see langword="null"/> where its record cannot be read.</returns>
    public async Task<Page<(Digest Digest, StoredManifest? Manifest)>> ListAsync(
        RepositoryName name, string? after, int limit, CancellationToken cancellationToken)
    {
        var page = await records.ListAsync(RecordLayout.Manifests(name), after, limit, cancellationToken);
        return new(
            [.. page.Items.Select(entry => Digest.TryParse(entry.Row, out var digest)
                ? (digest, TryRead(entry.Value, entry.Version))
                : throw new InvalidDataException($"a manifest is named '{entry.Row}', which is no digest"))],
            page.More);
    }

    /// <summary>Deletes a manifest, but for the record that says so.</summary>
    /// <returns><see langword="false"/> when somebody changed it since it was got.</returns>
    public async Task<bool> DeleteAsync(
        RepositoryName name, Digest digest, StoredManifest manifest, CancellationToken cancellationToken)
    {
        var deleted = manifest.Facts with { Object = null, Condemned = null, Deleted = grace.Now };
        if (!await records.TryReplaceAsync(
            RecordLayout.Manifest(name, digest), Write(deleted, default), manifest.Version, cancellationToken)
            && (await FindAsync(name, digest, cancellationToken))?.Facts != deleted)
        {
            return false; // if it is as it was to be, only the answer was another's
        }
        if (manifest.Facts.Object is { } key)
        {
            await objects.DeleteAsync(key, cancellationToken);
        }
        return true;
    }

    /// <summary>Removes what was left of a deleted manifest.</summary>
    /// <returns><see langword="false"/> when somebody changed it since it was got.</returns>
    public Task<bool> ForgetAsync(
        RepositoryName name, Digest digest, StoredManifest manifest, CancellationToken cancellationToken) =>
        records.DeleteAsync(RecordLayout.Manifest(name, digest), manifest.Version, cancellationToken);

    /// <summary>Makes the record say what is put, unless it holds the same already.</summary>
    /// <param name="name">The repository.</param>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="facts">What to put.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="written">When its object was begun.</param>
    /// <param name="late">An object that may be gone though the record names it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task<bool> PutAsync(
        RepositoryName name, Digest digest, ManifestRecord facts, ReadOnlyMemory<byte> content, DateTimeOffset written,
        string? late, CancellationToken cancellationToken)
    {
        var key = RecordLayout.Manifest(name, digest);
        var value = Write(facts, facts.Object is null ? content : default);
        while (true)
        {
            if (facts.Object is not null && grace.IsHalfOver(written))
            {
                throw new StorageException($"the manifest {digest} took too long to write");
            }
            if (await records.TryCreateAsync(key, value, cancellationToken))
            {
                return true;
            }
            if (await FindAsync(name, digest, cancellationToken) is not { } existing)
            {
                continue; // deleted in between
            }
            var old = existing.Facts;
            if (facts.Object is not null && old.Object == facts.Object)
            {
                return true; // it was done, and only the answer was another's
            }
            var keep = old.Deleted is null && old.Condemned is null && old.MediaType == facts.MediaType
                && (late is null || old.Object != late) && await HoldsAsync(existing, content, cancellationToken);
            if (keep || await records.TryReplaceAsync(key, value, existing.Version, cancellationToken))
            {
                if ((keep ? facts.Object : old.Object) is { } dropped)
                {
                    await objects.DeleteAsync(dropped, cancellationToken);
                }
                return false;
            }
        }
    }

    /// <summary>Whether the bytes are those: what has been damaged is written anew.</summary>
    private async Task<bool> HoldsAsync(
        StoredManifest manifest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await ReadAsync(manifest, cancellationToken) is { } stored && stored.Span.SequenceEqual(content.Span);

    private static byte[] Write(ManifestRecord facts, ReadOnlyMemory<byte> content)
    {
        var header = BerthJson.Write(facts, BerthJson.Instance.ManifestRecord);
        var value = new byte[header.Length + 1 + content.Length];
        header.CopyTo(value, 0);
        value[header.Length] = Separator;
        content.Span.CopyTo(value.AsSpan(header.Length + 1));
        return value;
    }

    private static StoredManifest? TryRead(ReadOnlyMemory<byte> value, string version)
    {
        try
        {
            return Read(value, version);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static StoredManifest Read(ReadOnlyMemory<byte> value, string version)
    {
        // The header is JSON in one line: the first line feed ends it, whatever the manifest holds.
        var end = value.Span.IndexOf(Separator);
        return end < 0
            ? throw new InvalidDataException("a manifest's record has no header")
            : new(BerthJson.Read(value.Span[..end], BerthJson.Instance.ManifestRecord), value[(end + 1)..], version);
    }
}

/// <summary>A manifest's record.</summary>
/// <param name="Facts">What is known of it.</param>
/// <param name="Inline">Its bytes, where they are in the record.</param>
/// <param name="Version">The record's version.</param>
internal sealed record StoredManifest(ManifestRecord Facts, ReadOnlyMemory<byte> Inline, string Version);
