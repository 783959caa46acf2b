using System.Runtime.CompilerServices;
using Berth.Stores;

namespace Berth.Collection;

/// <summary>The objects of manifests too large for their records: deletes those that no record names.</summary>
internal sealed class ManifestObjectShard(CollectionRun run) : IShard
{
    private const int PageSize = 1000;

    public string Name => "manifests";

    public async IAsyncEnumerable<string> ClearAsync(
        string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = cursor;
        while (true)
        {
            var page = await run.Objects.ListAsync(RecordLayout.ManifestObjects, after, PageSize, cancellationToken);
            foreach (var key in page.Items)
            {
                await JudgeAsync(key, cancellationToken);
                yield return key;
            }
            if (!page.More || page.Items.Count == 0)
            {
                yield break;
            }
            after = page.Items[^1];
        }
    }

    private async Task JudgeAsync(string key, CancellationToken cancellationToken)
    {
        // Whoever writes one gives up when it takes longer than half the grace to name it.
        if (!RecordLayout.TryParseManifestObject(key, out var name, out var digest, out var written)
            || !run.IsOver(written, run.Now)
            || (await run.Manifests.FindAsync(name, digest, cancellationToken))?.Facts.Object == key)
        {
            return;
        }
        if (!run.IsDry)
        {
            await run.Objects.DeleteAsync(key, cancellationToken);
        }
        run.Report.OrphansDeleted++;
    }
}
