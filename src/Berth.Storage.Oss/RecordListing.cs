using System.Globalization;
using System.Runtime.CompilerServices;
using Aliyun.OSS;

namespace Berth.Storage.Oss;

/// <summary>Lists the generations of records.</summary>
internal sealed class RecordListing(OssBucket bucket, RecordNames names)
{
    private const int MostKeys = 1000;

    /// <summary>A record as it is now.</summary>
    public async Task<RecordRow> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        var prefix = names.Record(key);
        var entries = new List<RecordRow.Entry>();
        string? marker = null;
        var listed = Moment.Now(bucket.Time);
        while (true)
        {
            var page = await ListAsync(prefix, marker, MostKeys, cancellationToken);
            entries.AddRange(page.ObjectSummaries.Select(entry => EntryOf(entry, entry.Key[prefix.Length..])));
            marker = page.ObjectSummaries.LastOrDefault()?.Key;
            if (!page.IsTruncated || marker is null)
                return new(key, entries, TimeOf(page), listed);
        }
    }

    /// <summary>The records of a partition, dead ones among them, in the order of their rows.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="after">The row before the first.</param>
    /// <param name="about">About how many are wanted: what is asked for at first.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<RecordRow> ReadAllAsync(
        string partition, string? after, int about, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = names.Partition(partition);
        var marker = after is null ? null : names.Behind(new(partition, after));
        var limit = Math.Min(MostKeys, (2 * about) + 8); // a record that was replaced has two
        string? row = null;
        var listed = Moment.Now(bucket.Time);
        var entries = new List<RecordRow.Entry>();
        while (true)
        {
            var page = await ListAsync(prefix, marker, limit, cancellationToken);
            var now = TimeOf(page);
            foreach (var summary in page.ObjectSummaries)
            {
                marker = summary.Key;
                if (names.Parse(partition, summary.Key) is not { } found)
                    continue; // not one of ours
                if (row is not null && row != found.Row)
                {
                    yield return new(new(partition, row), entries, now, listed);
                    entries = [];
                }

                row = found.Row;
                entries.Add(EntryOf(summary, found.Suffix));
            }

            if (!page.IsTruncated || marker is null)
            {
                if (row is not null)
                    yield return new(new(partition, row), entries, now, listed);
                yield break;
            }

            limit = MostKeys;
        }
    }

    private static RecordRow.Entry EntryOf(OssObjectSummary summary, string suffix) => new(
        suffix, summary.Size, summary.ETag, new(DateTime.SpecifyKind(summary.LastModified.ToUniversalTime(), DateTimeKind.Utc)));

    /// <summary>The store's clock, to the second.</summary>
    private static DateTimeOffset TimeOf(ObjectListing page) =>
        page.ResponseMetadata.TryGetValue("Date", out var text) && DateTimeOffset.TryParseExact(
            text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time : DateTimeOffset.MinValue;

    private Task<ObjectListing> ListAsync(string prefix, string? marker, int limit, CancellationToken cancellationToken)
    {
        var request = new ListObjectsRequest(bucket.Name) { Prefix = prefix, Marker = marker, MaxKeys = limit };
        return bucket.CallAsync("list records", client => client.ListObjects(request), isExpected: null, cancellationToken);
    }
}
