using System.Globalization;
using System.Runtime.CompilerServices;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Collection;

/// <summary>
/// Blobs whose digests begin with one hex digit: marks those that no repository holds, and deletes them when the grace is over
/// and still none does.
/// </summary>
/// <remarks>
/// Repositories that no manifest was ever pushed to are in no list: what they hold is found here, and marked and unlinked as
/// <see cref="RepositoryShard"/> does it for the others.
/// </remarks>
internal sealed class BlobShard(CollectionRun run, LinkRemoval links, int digit) : IShard
{
    private const int PageSize = 1000;

    /// <summary>How many repositories are remembered as listed: blobs of one repository are all over the digests.</summary>
    private const int MostRemembered = 100_000;

    private readonly HashSet<string> _listed = [];

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"blobs-{digit:x}");

    public async IAsyncEnumerable<string> ClearAsync(
        string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _listed.Clear();
        foreach (var algorithm in (string[])["sha256", "sha512"])
        {
            var beginning = string.Create(CultureInfo.InvariantCulture, $"{RecordLayout.Blobs}/{algorithm}:{digit:x}");
            if (string.CompareOrdinal(cursor, beginning) > 0 && !cursor!.StartsWith(beginning, StringComparison.Ordinal))
            {
                continue; // done before
            }
            // A cursor is a partition, cleared as a whole: its last row is the blob's own record.
            RecordKey? after = new(string.CompareOrdinal(cursor, beginning) > 0 ? cursor! : beginning, RecordLayout.BlobRow);
            var isHeld = false;
            string? current = null;
            while (after is not null)
            {
                var page = await run.Records.ListTreeAsync(RecordLayout.Blobs, after, PageSize, cancellationToken);
                var ours = page.Items
                    .SkipWhile(key => string.CompareOrdinal(key.Partition, beginning) < 0)
                    .TakeWhile(key => key.Partition.StartsWith(beginning, StringComparison.Ordinal));
                foreach (var key in ours)
                {
                    (isHeld, current) = (isHeld && current == key.Partition, key.Partition);
                    if (!Digest.TryParse(key.Partition[(RecordLayout.Blobs.Length + 1)..], out var digest))
                    {
                        continue;
                    }
                    if (RecordLayout.IsBlobLink(key.Row))
                    {
                        var isGone = false;
                        await run.TryAsync(async () =>
                            isGone = await links.UnlinkUnlistedAsync(key, digest, IsListedAsync, cancellationToken));
                        isHeld |= !isGone;
                    }
                    else
                    {
                        if (!isHeld)
                        {
                            await run.TryAsync(() => JudgeAsync(digest, cancellationToken));
                        }
                        yield return key.Partition;
                    }
                }
                after = page.More && page.Items.Count > 0
                    && (string.CompareOrdinal(page.Items[^1].Partition, beginning) < 0
                        || page.Items[^1].Partition.StartsWith(beginning, StringComparison.Ordinal))
                    ? page.Items[^1]
                    : null;
            }
        }
    }

    /// <summary>Of a blob that no repository was seen to hold.</summary>
    private async Task JudgeAsync(Digest digest, CancellationToken cancellationToken)
    {
        var key = RecordLayout.Blob(digest);
        if (await run.Records.GetAsync(key, cancellationToken) is not { } record)
        {
            return;
        }
        var blob = BerthJson.Read(record.Value.Span, BerthJson.Instance.StoredBlob);
        if (blob.IsDeleting)
        {
            await DeleteAsync(key, blob, record.Version, cancellationToken);
            return;
        }
        if (blob.Condemned is not { } condemned)
        {
            if (run.IsDry || await TryReplaceAsync(blob with { Condemned = run.Now }))
            {
                run.Report.BlobsCondemned++;
            }
            return;
        }
        // The grace must have passed before anybody looked whether a repository holds it.
        var seen = run.Now;
        var rows = await run.Records.ListRowsAsync(key.Partition, after: null, limit: 2, cancellationToken);
        if (!run.IsOver(condemned, seen) || rows.Items.Any(RecordLayout.IsBlobLink))
        {
            return;
        }
        if (run.IsDry)
        {
            Count(blob);
            return;
        }
        var deleting = blob with { IsDeleting = true };
        if (await TryReplaceAsync(deleting) && await run.Records.GetAsync(key, cancellationToken) is { } marked
            && BerthJson.Read(marked.Value.Span, BerthJson.Instance.StoredBlob) == deleting)
        {
            await DeleteAsync(key, blob, marked.Version, cancellationToken);
        }

        Task<bool> TryReplaceAsync(StoredBlob next) => run.Records.TryReplaceAsync(
            key, BerthJson.Write(next, BerthJson.Instance.StoredBlob), record.Version, cancellationToken);
    }

    /// <summary>A key is never used again: where another object has taken its place meanwhile, that one stays.</summary>
    private async Task DeleteAsync(RecordKey key, StoredBlob blob, string version, CancellationToken cancellationToken)
    {
        if (!run.IsDry)
        {
            await run.Objects.DeleteAsync(blob.Object, cancellationToken);
            await run.Records.DeleteAsync(key, version, cancellationToken);
        }
        Count(blob);
    }

    private void Count(StoredBlob blob)
    {
        run.Report.BlobsDeleted++;
        run.Report.BytesFreed += blob.Size;
    }

    private async Task<bool> IsListedAsync(RepositoryName name, CancellationToken cancellationToken)
    {
        if (_listed.Contains(name.ToString()))
        {
            return true;
        }
        if (!await run.Repositories.ExistsAsync(name, cancellationToken))
        {
            return false;
        }
        if (_listed.Count == MostRemembered)
        {
            _listed.Clear();
        }
        _listed.Add(name.ToString());
        return true;
    }
}
