using System.Globalization;
using System.Runtime.CompilerServices;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Collection;

/// <summary>
/// Upload sessions whose ids begin with one hex digit: ends those that nobody resumes, and forgets those that ended longer ago
/// than the grace, with all objects whose keys begin with their id but the one that was published.
/// </summary>
internal sealed class UploadShard(CollectionRun run, int digit) : IShard
{
    private const int PageSize = 100;

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"uploads-{digit:x}");

    public async IAsyncEnumerable<string> ClearAsync(
        string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A cursor is an upload's id: its first digits name the partition.
        var first = cursor is null ? 0 : int.Parse(cursor.AsSpan(1, 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        for (var second = first; second < 16; second++)
        {
            var partition = RecordLayout.UploadShard(string.Create(CultureInfo.InvariantCulture, $"{digit:x}{second:x}"));
            var after = second == first ? cursor : null;
            while (true)
            {
                var page = await run.Records.ListAsync(partition, after, PageSize, cancellationToken);
                foreach (var entry in page.Items)
                {
                    await run.TryAsync(() => ClearAsync(entry, cancellationToken));
                    yield return entry.Row;
                }
                if (!page.More || page.Items.Count == 0)
                {
                    break;
                }
                after = page.Items[^1].Row;
            }
        }
    }

    private async Task ClearAsync(RecordEntry entry, CancellationToken cancellationToken)
    {
        if (!UploadId.TryParse(entry.Row, out var id))
        {
            return;
        }
        var session = BerthJson.Read(entry.Value.Span, BerthJson.Instance.UploadSession);
        var upload = new StoredUpload(id, session, entry.Version);
        if (session.Ended is { } ended)
        {
            if (run.IsOver(ended, run.Now))
            {
                await ForgetAsync(upload, cancellationToken);
            }
        }
        else if (run.Now - session.Saved >= run.Options.UploadLifetime
            && (run.IsDry || await run.Uploads.TryCancelAsync(upload, cancellationToken)))
        {
            run.Report.UploadsExpired++;
        }
    }

    /// <summary>The record goes last: it leads to what else there is.</summary>
    private async Task ForgetAsync(StoredUpload upload, CancellationToken cancellationToken)
    {
        var session = upload.Session;
        if (!run.IsDry && !await run.Uploads.TryCloseAsync(upload, cancellationToken))
        {
            return;
        }
        // After it was closed: until then it might be published still.
        var published = Digest.TryParse(session.Digest, out var digest)
            ? await run.FindObjectAsync(digest, cancellationToken)
            : null;
        await DeleteStraysAsync(RecordLayout.UploadObjects(upload.Id), published, cancellationToken);
        await DeleteStraysAsync(RecordLayout.UploadTails(upload.Id), published, cancellationToken);
        if (run.IsDry)
        {
            run.Report.UploadsCleared++;
            return;
        }
        if (session is { Object: { } key, StoreUpload: { } storeUpload } && key != published)
        {
            await run.Objects.AbortUploadAsync(key, storeUpload, cancellationToken);
        }
        // Nobody writes it any more. Without a version it goes for good from a store that remembers deleted versions.
        await run.Records.DeleteAsync(RecordLayout.Upload(upload.Id), version: null, cancellationToken);
        run.Report.UploadsCleared++;
    }

    private async Task DeleteStraysAsync(string beginning, string? published, CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            var page = await run.Objects.ListAsync(beginning, after, PageSize, cancellationToken);
            foreach (var stray in page.Items.Where(key => key != published))
            {
                if (!run.IsDry)
                {
                    await run.Objects.DeleteAsync(stray, cancellationToken);
                }
                run.Report.OrphansDeleted++;
            }
            if (!page.More || page.Items.Count == 0)
            {
                return;
            }
            after = page.Items[^1];
        }
    }
}
