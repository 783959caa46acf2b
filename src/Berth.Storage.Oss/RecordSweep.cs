using Microsoft.Extensions.Logging;

namespace Berth.Storage.Oss;

/// <summary>Removes what records leave behind, in the background and a little at a time, as listings come upon it.</summary>
internal sealed partial class RecordSweep(
    OssBucket bucket, RecordNames names, CreateOnly creates, RecordListing listing, ILogger logger)
{
    /// <summary>How many objects one sweep removes at the most.</summary>
    private const int MostAtOnce = 200;

    /// <summary>How many records one look takes in.</summary>
    private const int MostLookedAt = 500;

    /// <summary>How long there is between two looks, and before the first.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private long _looked = bucket.Time.GetTimestamp();
    private int _isSweeping;

    /// <summary>Removes what there is to be removed of some records, unless that is being done of others already.</summary>
    public void Offer(IEnumerable<RecordRow> rows)
    {
        List<RecordRow> dirty = [.. rows.Where(row => row.IsOver || row.Superfluous.Any()).Take(MostAtOnce)];
        if (dirty.Count > 0 && Interlocked.Exchange(ref _isSweeping, 1) == 0)
            _ = SweepAsync(dirty);
    }

    /// <summary>
    /// Looks now and then, after a deletion, for what earlier ones left in the same partition: nobody may ever list it. What
    /// is deleted most, uploads, has random names, so that looks go everywhere.
    /// </summary>
    public void Deleted(RecordKey key)
    {
        lock (_lock)
        {
            if (bucket.Time.GetElapsedTime(_looked) < BetweenLooks)
                return;
            _looked = bucket.Time.GetTimestamp();
        }

        _ = LookAsync(key);
    }

    /// <summary>
    /// Removes a record that was deleted long ago. Of all who try, one creates the generation that closes the era, and
    /// only that one deletes the root, once.
    /// </summary>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> TryRemoveAsync(RecordRow row, CancellationToken cancellationToken)
    {
        if (!row.IsOver || row.Current is not { } current
            || !await creates.TryCreateAsync(
                names.Of(row.Key, current.Next), RecordContent.Closing(), row.Listed, cancellationToken))
        {
            return false;
        }

        // Not tried again: a second one might come late, and meet the root of another era. Where the answer is lost, the
        // era stays closed until another one removes it, in an hour.
        var root = names.Of(row.Key, new(1, current.Era));
        await bucket.CallOnceAsync(
            "remove a record",
            client => row.Listed.IsRecent(bucket.Time) ? client.DeleteObject(bucket.Name, root) : throw CreateOnly.Frozen(),
            cancellationToken);
        return true;
    }

    private async Task LookAsync(RecordKey key)
    {
        try
        {
            var rows = new List<RecordRow>();
            await foreach (var row in listing.ReadAllAsync(key.Partition, key.Row, MostLookedAt, CancellationToken.None))
            {
                rows.Add(row);
                if (rows.Count == MostLookedAt)
                    break;
            }

            Offer(rows);
        }
        catch (StorageException e)
        {
            LogFailure(logger, e.Message);
        }
    }

    private async Task SweepAsync(List<RecordRow> rows)
    {
        try
        {
            var left = MostAtOnce;
            foreach (var row in rows)
            {
                // Read again before it is closed: a swap, also this one, must follow its reading within minutes.
                var now = row.IsOver ? await listing.ReadAsync(row.Key, CancellationToken.None) : row;
                if (await TryRemoveAsync(now, CancellationToken.None))
                    now = await listing.ReadAsync(row.Key, CancellationToken.None);
                foreach (var generation in now.Superfluous)
                {
                    if (left-- == 0)
                        return;
                    var name = names.Of(row.Key, generation);
                    await bucket.CallAsync(
                        "remove a generation", client => client.DeleteObject(bucket.Name, name), null, CancellationToken.None);
                }
            }
        }
        catch (StorageException e)
        {
            LogFailure(logger, e.Message); // the next listing comes upon it again
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Old generations of records were not all removed: {Reason}")]
    private static partial void LogFailure(ILogger logger, string reason);
}
