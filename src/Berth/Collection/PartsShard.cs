using System.Runtime.CompilerServices;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Collection;

/// <summary>Uploads in parts: drops those whose session is forgotten.</summary>
/// <remarks>A session is there before its first part, and is forgotten a grace after it ended.</remarks>
internal sealed class PartsShard(CollectionRun run) : IShard
{
    private const int PageSize = 1000;

    public string Name => "parts";

    public async IAsyncEnumerable<string> ClearAsync(
        string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        UnfinishedUpload? after = cursor?.Split('\n') is [var key, var id] ? new(key, id) : null;
        while (true)
        {
            var page = await run.Objects.ListUploadsAsync(after, PageSize, cancellationToken);
            foreach (var upload in page.Items)
            {
                if (RecordLayout.TryParseUploadObject(upload.Key, out var session)
                    && await run.Records.GetAsync(RecordLayout.Upload(session), cancellationToken) is null)
                {
                    if (!run.IsDry)
                    {
                        await run.Objects.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
                    }
                    run.Report.PartsAborted++;
                }
                yield return $"{upload.Key}\n{upload.UploadId}";
            }
            if (!page.More || page.Items.Count == 0)
            {
                yield break;
            }
            after = page.Items[^1];
        }
    }
}
