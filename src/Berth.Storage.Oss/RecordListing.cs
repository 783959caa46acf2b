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
    public IAsyncEnumerable<RecordRow> ReadAllAsync(
        string partition, string? after, int about, CancellationToken cancellationToken) =>
        ReadBelowAsync(
            partition, after is null ? null : new RecordKey(partition, after), about, found => found == partition,
            cancellationToken);

    /// <summary>The same of all partitions below a root, each one's rows together.</summary>
    public IAsyncEnumerable<RecordRow> ReadTreeAsync(
        string root, RecordKey? after, int about, CancellationToken cancellationToken) =>
        ReadBelowAsync(root, after, about, found => StorageKey.IsBelow(root, found), cancellationToken);

    private async IAsyncEnumerable<RecordRow> ReadBelowAsync(
        string folder, RecordKey? after, int about, Func<string, bool> isWanted,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = names.Below(folder);
        var marker = after is { } behind ? names.Behind(behind) : null;
        var limit = Math.Min(MostKeys, (2 * about) + 8); // a record that was replaced has two
        RecordKey? key = null;
        var listed = Moment.Now(bucket.Time);
        var entries = new List<RecordRow.Entry>();
        while (true)
        {
            var page = await ListAsync(prefix, marker, limit, cancellationToken);
            var now = TimeOf(page);
            foreach (var summary in page.ObjectSummaries)
            {
                marker = summary.Key;
                if (names.Parse(summary.Key) is not { } found || !isWanted(found.Key.Partition))
                    continue; // not one of ours
                if (key is { } whole && whole != found.Key)
                {
                    yield return new(whole, entries, now, listed);
                    entries = [];
                }

                key = found.Key;
                entries.Add(EntryOf(summary, found.Suffix));
            }

            if (!page.IsTruncated || marker is null)
            {
                if (key is { } last)
                    yield return new(last, entries, now, listed);
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
