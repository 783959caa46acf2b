using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Berth.Storage.Azure;

/// <summary>Lists keys after a key, over a service that continues only from marks of its own.</summary>
internal sealed class BlobListing(Lazy<BlobContainerClient> container)
{
    /// <summary>The most blobs that the service lists at once.</summary>
    private const int MostAtOnce = 5000;

    /// <summary>How many marks are kept; without one a listing starts over, which is slow but the same.</summary>
    private const int MostMarks = 100;

    /// <summary>Where the service continues with what follows a key, or with somewhat less than it.</summary>
    private readonly ConcurrentDictionary<(string Prefix, string After), string> _marks = [];

    public async Task<Page<string>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        if (after is not null && !after.StartsWith(prefix, StringComparison.Ordinal))
        {
            if (string.CompareOrdinal(after, prefix) > 0)
                return new([], More: false);
            after = null;
        }

        var mark = after is null ? null : _marks.GetValueOrDefault((prefix, after));
        var size = after is null || mark is not null ? limit : MostAtOnce;
        var afterName = after is null ? "" : BlobNames.Encode(after);
        var keys = new List<string>();
        while (true)
        {
            var (blobs, next) = await ReadAsync(prefix, mark, size, cancellationToken);
            var more = false;
            foreach (var blob in blobs.SkipWhile(blob => string.CompareOrdinal(blob.Name, afterName) <= 0))
            {
                if (BlobNames.Decode(blob.Name) is not { } key)
                    continue; // not one of ours
                more = keys.Count == limit;
                if (more)
                    break;
                keys.Add(key);
            }

            if (keys.Count == limit || next is null)
            {
                Remember(prefix, keys.LastOrDefault(), more ? mark : next);
                return new(keys, more || next is not null);
            }

            mark = next;
        }
    }

    private void Remember(string prefix, string? after, string? mark)
    {
        if (after is null || mark is null)
            return;
        if (_marks.Count >= MostMarks)
            _marks.Clear();
        _marks[(prefix, after)] = mark;
    }

    private async Task<(IReadOnlyList<BlobItem> Blobs, string? Next)> ReadAsync(
        string prefix, string? mark, int size, CancellationToken cancellationToken)
    {
        var pages = container.Value
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobNames.Encode(prefix), cancellationToken)
            .AsPages(mark, size);
        await foreach (var page in pages)
            return (page.Values, string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken);
        return ([], null);
    }
}
