using System.Buffers;
using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Manifests by digest: small ones inside their record, so that a pull is one read, large ones as an object.</summary>
internal sealed class ManifestStore(IRecordStore records, IObjectStore objects)
{
    /// <summary>The largest manifest kept in its record, in bytes.</summary>
    public const int InlineLimit = 64 * 1024;

    private const byte Separator = (byte)'\n';

    /// <summary>A manifest as stored.</summary>
    public async Task<StoredManifest?> GetAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        var record = await records.GetAsync(RecordLayout.Manifest(name, digest), cancellationToken);
        return record is null ? null : Read(record);
    }

    /// <summary>The bytes of a manifest.</summary>
    /// <returns><see langword="null"/> when it was deleted since it was got.</returns>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(StoredManifest manifest, CancellationToken cancellationToken) =>
        manifest.Facts.Object is null
            ? manifest.Inline
            : await objects.ReadWholeAsync(manifest.Facts.Object, cancellationToken);

    /// <summary>Stores a manifest. One that is there already stays, unless it was pushed with another media type.</summary>
    public async Task PutAsync(
        RepositoryName name, Digest digest, Manifest manifest, ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken)
    {
        var key = RecordLayout.Manifest(name, digest);
        string? ownObject = null;
        if (content.Length > InlineLimit)
        {
            ownObject = RecordLayout.NewObject();
            await objects.PutAsync(ownObject, new ReadOnlySequence<byte>(content), cancellationToken);
        }
        var facts = new ManifestRecord(manifest.MediaType, content.Length, manifest.Subject?.ToString(), ownObject);
        var value = Write(facts, ownObject is null ? content : default);
        while (!await records.TryCreateAsync(key, value, cancellationToken))
        {
            if (await records.GetAsync(key, cancellationToken) is not { } existing)
            {
                continue; // deleted in between
            }
            var old = Read(existing).Facts;
            var keep = old.MediaType == facts.MediaType;
            if (keep || await records.TryReplaceAsync(key, value, existing.Version, cancellationToken))
            {
                if ((keep ? ownObject : old.Object) is { } dropped)
                {
                    await objects.DeleteAsync(dropped, cancellationToken);
                }
                return;
            }
        }
    }

    /// <summary>The digests of a repository's manifests in ordinal order, after the given one.</summary>
    public async Task<Page<Digest>> ListAsync(
        RepositoryName name, string? after, int limit, CancellationToken cancellationToken)
    {
        var page = await records.ListRowsAsync(RecordLayout.Manifests(name), after, limit, cancellationToken);
        return new(
            [.. page.Items.Select(row => Digest.TryParse(row, out var digest)
                ? digest
                : throw new InvalidDataException($"a manifest is named '{row}', which is no digest"))],
            page.More);
    }

    /// <returns><see langword="false"/> when somebody changed it since it was got.</returns>
    public async Task<bool> DeleteAsync(
        RepositoryName name, Digest digest, StoredManifest manifest, CancellationToken cancellationToken)
    {
        if (!await records.DeleteAsync(RecordLayout.Manifest(name, digest), manifest.Version, cancellationToken))
        {
            return false;
        }
        if (manifest.Facts.Object is { } key)
        {
            await objects.DeleteAsync(key, cancellationToken);
        }
        return true;
    }

    private static byte[] Write(ManifestRecord facts, ReadOnlyMemory<byte> content)
    {
        var header = BerthJson.Write(facts, BerthJson.Instance.ManifestRecord);
        var value = new byte[header.Length + 1 + content.Length];
        header.CopyTo(value, 0);
        value[header.Length] = Separator;
        content.Span.CopyTo(value.AsSpan(header.Length + 1));
        return value;
    }

    private static StoredManifest Read(Record record)
    {
        // The header is JSON in one line: the first line feed ends it, whatever the manifest holds.
        var end = record.Value.Span.IndexOf(Separator);
        return end < 0
            ? throw new InvalidDataException("a manifest's record has no header")
            : new(
                BerthJson.Read(record.Value.Span[..end], BerthJson.Instance.ManifestRecord),
                record.Value[(end + 1)..], record.Version);
    }
}

/// <summary>A manifest's record.</summary>
/// <param name="Facts">What is known of it.</param>
/// <param name="Inline">Its bytes, where they are in the record.</param>
/// <param name="Version">The record's version.</param>
internal sealed record StoredManifest(ManifestRecord Facts, ReadOnlyMemory<byte> Inline, string Version);
