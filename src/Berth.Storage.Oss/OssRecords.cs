using Microsoft.Extensions.Logging;

namespace Berth.Storage.Oss;

/// <summary>Records on a store that can create under a condition, but neither replace nor delete under one.</summary>
/// <remarks>
/// <para><b>Generations.</b> Every state of a record is an object of its own, created with forbid-overwrite and never
/// overwritten: the <i>root</i>, then generation 2, 3, … A swap of generation n creates n + 1, of all that try it one; a
/// deletion is a generation without a value. The newest is the record. So create against create, swap against swap, and
/// swap against delete are all one creation of one name, which OSS decides. An unconditional write swaps whatever it finds,
/// until it is first.</para>
/// <para><b>Eras.</b> A root begins an era, named by its ETag, which nothing else has as its bytes begin with random digits.
/// The name of every later generation says its era, and what is of another era than the root that is there counts for
/// nothing. Without a root there is no record. So number and era are never used again, and are the version.</para>
/// <para><b>Reading</b> lists the record's names, newest first, and reads the root meanwhile, which is usually all there is.
/// Where both saw the same root, the newest generation of its era was the record when it was listed: nothing of its era
/// was newer, and a root goes only after a newer generation has closed its era.</para>
/// <para><b>Removing.</b> What is removed must not be created again by a swap that read the state before it. Three times
/// keep them apart. A version is swapped within 10 minutes of its reading (<see cref="VersionAges"/>), else it is read
/// again; whatever else a listing shows is acted upon as soon. Each try looks at the clock (<see cref="Moment"/>) just before
/// it is signed, as a serverless host may freeze in between. OSS refuses a request whose signature is more than 15 minutes away from its own clock, either way, so nothing that
/// is signed then, tries included, is accepted three quarters of an hour after the reading. A generation is removed when its successor is older than an
/// hour by OSS's own clock: it was the newest an hour ago for the last time, so all swaps that found its successor missing
/// are refused by now. Deletions that come late meet names that are never used again, and do no harm.</para>
/// <para><b>The root</b> is the exception: its name is used again, for a first creation is one call, without a look. So of a
/// record that was deleted an hour ago one writer, and one only, creates a generation that closes the era: none may follow
/// it, but another such an hour later. That writer deletes the root, once. Where its answer comes, no deletion of a root is
/// on its way any more, and the next creation begins an era; what closed the old one stays for an hour, for those who would
/// still swap what was before it. Where it does not, creations of that one record are told
/// that the store is busy for up to an hour, when another one may try: by then the first deletion is refused.</para>
/// <para><b>Lost answers</b> are told by the bytes: <see cref="CreateOnly"/>.</para>
/// </remarks>
public sealed class OssRecords : IRecordStore
{
    /// <summary>How many rows of one page are read together.</summary>
    private const int ReadsTogether = 16;

    /// <summary>How often a call begins again as others were first; each time one of them succeeded.</summary>
    private const int MaximumRounds = 100;

    /// <summary>How often it waits for a record that is being removed.</summary>
    private const int MaximumWaits = 5;

    private readonly OssBucket _bucket;
    private readonly ObjectReads _reads;
    private readonly RecordNames _names;
    private readonly RecordListing _listing;
    private readonly CreateOnly _creates;
    private readonly RecordSweep _sweep;
    private readonly VersionAges _ages;

    internal OssRecords(OssBucket bucket, ILogger logger)
    {
        _bucket = bucket;
        _reads = new(bucket);
        _names = new(bucket.Folder);
        _listing = new(bucket, _names);
        _creates = new(bucket, _reads);
        _sweep = new(bucket, _names, _creates, _listing, logger);
        _ages = new(bucket.Time);
    }

    /// <inheritdoc/>
    public async Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        for (var round = 0; round < MaximumRounds; round++)
        {
            var now = Moment.Now(_bucket.Time);
            var reading = _reads.WholeAsync(_names.Of(key, new(1, "")), cancellationToken);
            var listing = _listing.ReadAsync(key, cancellationToken);
            await Task.WhenAll(reading, listing);
            if (await reading is not { } root)
                return null;
            var row = await listing;
            if (!row.HasRoot(root.ETag) || row.Current is not { } current)
                continue; // another era began meanwhile
            _sweep.Offer([row]);
            if (!row.IsLive)
                return null;
            var bytes = row.IsRoot(root.ETag) ? root.Bytes : (await _reads.WholeAsync(_names.Of(key, current), cancellationToken))?.Bytes;
            if (bytes is not null)
                return new(RecordContent.ValueOf(bytes), _ages.Remember(key, current, now));
        }

        throw Contended();
    }

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        return WriteAsync(key, RecordContent.Value(value), overwrites: false, cancellationToken);
    }

    /// <inheritdoc/>
    public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        TryCreateAsync(key, value, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryReplaceAsync(
        RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        ArgumentNullException.ThrowIfNull(version);
        return SwapAsync(key, RecordContent.Value(value), version, cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        return WriteAsync(key, RecordContent.Value(value), overwrites: true, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken)
    {
        StorageKey.RequireRecord(key);
        var isDeleted = version is null
            ? await DeleteCurrentAsync(key, cancellationToken)
            : await SwapAsync(key, RecordContent.Deletion(), version, cancellationToken);
        if (isDeleted)
            _sweep.Deleted(key);
        return isDeleted;
    }

    /// <inheritdoc/>
    public async Task<Page<string>> ListRowsAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        var (rows, more) = await PageAsync(partition, after, limit, cancellationToken);
        return new([.. rows.Select(row => row.Key.Row)], more);
    }

    /// <inheritdoc/>
    public async Task<Page<RecordEntry>> ListAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = Moment.Now(_bucket.Time);
            var (rows, more) = await PageAsync(partition, after, limit, cancellationToken);
            var records = new Record?[rows.Count];
            await Parallel.ForAsync(
                0,
                rows.Count,
                new ParallelOptions { MaxDegreeOfParallelism = ReadsTogether, CancellationToken = cancellationToken },
                async (index, cancellation) => records[index] = await ReadAsync(rows[index], now, cancellation));
            List<RecordEntry> entries =
            [
                .. rows.Zip(records).Where(row => row.Second is not null)
                    .Select(row => new RecordEntry(row.First.Key.Row, row.Second!.Value, row.Second.Version)),
            ];

            // A page that lost all its rows to deletions would leave the caller without a row to go on from.
            if (entries.Count > 0 || !more)
                return new(entries, more);
            after = rows[^1].Key.Row;
        }
    }

    /// <summary>In the order of the objects' names.</summary>
    /// <inheritdoc/>
    public async Task<Page<RecordKey>> ListTreeAsync(
        string root, RecordKey? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireTree(root, after, limit);
        var (rows, more) = await LiveAsync(
            _listing.ReadTreeAsync(root, after, limit, cancellationToken), limit, cancellationToken);
        return new([.. rows.Select(row => row.Key)], more);
    }

    private static StorageException Contended() =>
        new("Too many others write the same record.") { IsThrottled = true };

    /// <summary>Writes a value where there is none, or over whatever there is.</summary>
    private async Task<bool> WriteAsync(
        RecordKey key, byte[] content, bool overwrites, CancellationToken cancellationToken)
    {
        if (await _creates.TryCreateAsync(_names.Of(key, new(1, "")), content, decided: null, cancellationToken))
            return true;
        for (var (round, waits) = (0, 0); round < MaximumRounds; round++)
        {
            var row = await _listing.ReadAsync(key, cancellationToken);
            if (row.IsLive && !overwrites)
                return false;
            if (row.IsClosing && !await _sweep.TryRemoveAsync(row, cancellationToken))
            {
                if (++waits > MaximumWaits)
                    throw new StorageException("The record is being removed.") { IsThrottled = true };
                await _bucket.WaitAsync(waits, cancellationToken);
                continue;
            }

            var next = row.IsClosing ? null : row.Current?.Next;
            if (await _creates.TryCreateAsync(_names.Of(key, next ?? new(1, "")), content, row.Listed, cancellationToken))
                return true;
        }

        throw Contended();
    }

    /// <summary>Swaps a version for a value or a deletion.</summary>
    private async Task<bool> SwapAsync(RecordKey key, byte[] content, string version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Generation.TryParse(version, out var read))
            return false;
        var decided = _ages.RecentReading(key, version);
        if (decided is null)
        {
            var row = await _listing.ReadAsync(key, cancellationToken);
            if (!row.IsLive || row.Current != read)
                return false;
            decided = row.Listed;
        }

        return await _creates.TryCreateAsync(_names.Of(key, read.Next), content, decided, cancellationToken);
    }

    /// <summary>Deletes whatever there is.</summary>
    private async Task<bool> DeleteCurrentAsync(RecordKey key, CancellationToken cancellationToken)
    {
        var content = RecordContent.Deletion();
        for (var round = 0; round < MaximumRounds; round++)
        {
            var row = await _listing.ReadAsync(key, cancellationToken);
            if (!row.IsLive
                || await _creates.TryCreateAsync(
                    _names.Of(key, row.Current!.Value.Next), content, row.Listed, cancellationToken))
            {
                return true;
            }
        }

        throw Contended();
    }

    private Task<(List<RecordRow> Rows, bool More)> PageAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireRows(partition, after, limit);
        return LiveAsync(_listing.ReadAllAsync(partition, after, limit, cancellationToken), limit, cancellationToken);
    }

    /// <summary>A page of the records that are live, and what is superfluous of all that was seen offered to be removed.</summary>
    private async Task<(List<RecordRow> Rows, bool More)> LiveAsync(
        IAsyncEnumerable<RecordRow> listed, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (rows, seen) = (new List<RecordRow>(), new List<RecordRow>());
        await foreach (var row in listed)
        {
            seen.Add(row);
            if (!row.IsLive)
                continue;
            if (rows.Count == limit)
            {
                _sweep.Offer(seen);
                return (rows, true);
            }

            rows.Add(row);
        }

        _sweep.Offer(seen);
        return (rows, false);
    }

    /// <summary>The value of a record that was listed; where it changed meanwhile, its newest.</summary>
    private async Task<Record?> ReadAsync(RecordRow row, Moment listed, CancellationToken cancellationToken)
    {
        var current = row.Current!.Value;
        var content = await _reads.WholeAsync(_names.Of(row.Key, current), cancellationToken);
        return content is { } found && (current.Number > 1 || row.IsRoot(found.ETag))
            ? new(RecordContent.ValueOf(found.Bytes), _ages.Remember(row.Key, current, listed))
            : await GetAsync(row.Key, cancellationToken);
    }
}
