using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Which manifests name another as their subject: one record each, so that nothing is ever rewritten.</summary>
internal sealed class ReferrerStore(IRecordStore records, ManifestStore manifests)
{
    /// <summary>The largest descriptor kept, in bytes; of a larger one the manifest itself is read when listed.</summary>
    private const int DescriptorLimit = 32 * 1024;

    public Task PutAsync(
        RepositoryName name, Digest subject, Digest digest, Manifest manifest, long size,
        CancellationToken cancellationToken)
    {
        var value = BerthJson.Write(Describe(digest, manifest, size), BerthJson.Instance.Descriptor);
        return records.PutAsync(
            RecordLayout.Referrer(name, subject, digest), value.Length <= DescriptorLimit ? value : default,
            cancellationToken);
    }

    /// <summary>Takes a manifest off the list. One that is listed again meanwhile stays.</summary>
    /// <param name="name">The repository.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="isGone">Whether the manifest is still gone: asked after its place was read, and before it is deleted.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteAsync(
        RepositoryName name, Digest subject, Digest digest, Func<Task<bool>> isGone, CancellationToken cancellationToken)
    {
        var key = RecordLayout.Referrer(name, subject, digest);
        while (await records.GetAsync(key, cancellationToken) is { } record
            && await isGone()
            && !await records.DeleteAsync(key, record.Version, cancellationToken))
        {
        }
    }

    /// <summary>Whether a manifest is listed as a referrer of its subject.</summary>
    public async Task<bool> ContainsAsync(
        RepositoryName name, Digest subject, Digest digest, CancellationToken cancellationToken) =>
        await records.GetAsync(RecordLayout.Referrer(name, subject, digest), cancellationToken) is not null;

    /// <summary>Digests of the referrers after the given one, in ordinal order, each with its descriptor.</summary>
    /// <returns>A descriptor is <see langword="null"/> when its manifest was deleted meanwhile.</returns>
    public async Task<Page<(Digest Digest, Descriptor? Descriptor)>> ListAsync(
        RepositoryName name, Digest subject, Digest? after, int limit, CancellationToken cancellationToken)
    {
        var page = await records.ListAsync(
            RecordLayout.Referrers(name, subject), after?.ToString(), limit, cancellationToken);
        var found = new List<(Digest, Descriptor?)>(page.Items.Count);
        foreach (var entry in page.Items)
        {
            if (!Digest.TryParse(entry.Row, out var digest))
            {
                throw new InvalidDataException($"a referrer is named '{entry.Row}', which is no digest");
            }
            found.Add((digest, entry.Value.Length > 0
                ? BerthJson.Read(entry.Value.Span, BerthJson.Instance.Descriptor)
                : await DescribeAsync(name, digest, cancellationToken)));
        }
        return new(found, page.More);
    }

    private async Task<Descriptor?> DescribeAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        if (await manifests.GetAsync(name, digest, cancellationToken) is not { } stored ||
            await manifests.ReadAsync(stored, cancellationToken) is not { } content ||
            !Manifest.TryParse(content, stored.Facts.MediaType, out var manifest, out _))
        {
            return null;
        }
        return Describe(digest, manifest, content.Length);
    }

    private static Descriptor Describe(Digest digest, Manifest manifest, long size) =>
        new(manifest.MediaType, digest.ToString(), size)
        {
            ArtifactType = manifest.ArtifactType,
            Annotations = manifest.Annotations,
        };
}
