using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Collection;

/// <summary>Takes blobs out of repositories that no manifest of the repository names.</summary>
internal sealed class LinkRemoval(CollectionRun run)
{
    /// <summary>Marks an unused link, or removes it when the grace is over.</summary>
    /// <param name="key">The link.</param>
    /// <param name="digest">The blob's digest.</param>
    /// <param name="seen">When what is known of the repository's manifests began to be read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> UnlinkAsync(
        RecordKey key, Digest digest, DateTimeOffset seen, CancellationToken cancellationToken)
    {
        if (await run.Records.GetAsync(key, cancellationToken) is not { } record)
        {
            return true;
        }
        var link = BerthJson.Read(record.Value.Span, BerthJson.Instance.StoredBlob);
        if (link.Condemned is not { } condemned)
        {
            var marked = BerthJson.Write(link with { Condemned = run.Now }, BerthJson.Instance.StoredBlob);
            if (run.IsDry || await run.Records.TryReplaceAsync(key, marked, record.Version, cancellationToken))
            {
                run.Report.LinksCondemned++;
            }
            return false;
        }
        if (!run.IsOver(condemned, seen))
        {
            return false;
        }
        if (!run.IsDry)
        {
            await run.Blobs.ReleaseAsync(digest, cancellationToken);
            if (!await run.Records.DeleteAsync(key, record.Version, cancellationToken))
            {
                return false;
            }
        }
        run.Report.LinksDeleted++;
        return !run.IsDry;
    }

    /// <summary>As <see cref="UnlinkAsync"/>, where the repository is in no list because no manifest was ever pushed to it.</summary>
    /// <returns>Whether the link is gone.</returns>
    public async Task<bool> UnlinkUnlistedAsync(
        RecordKey key, Digest digest, Func<RepositoryName, CancellationToken, Task<bool>> isListed,
        CancellationToken cancellationToken)
    {
        if (!RepositoryName.TryParse(RecordLayout.Decode(key.Row), out var name)
            || await isListed(name, cancellationToken))
        {
            return false;
        }
        var seen = run.Now;
        var manifests = await run.Records.ListRowsAsync(
            RecordLayout.Manifests(name), after: null, limit: 1, cancellationToken);
        if (manifests.Items.Count == 0)
        {
            return await UnlinkAsync(key, digest, seen, cancellationToken);
        }
        if (!run.IsDry)
        {
            // A push stopped between the two. Now it is in the list, and looked at from there.
            await run.Repositories.EnsureAsync(name, cancellationToken);
        }
        return false;
    }
}
