using Berth.Storage;
using Berth.Stores;

namespace Berth.Collection;

/// <summary>
/// A worker's claim on a shard, with how far it came. Two workers on one shard would only do the same work twice: nothing
/// depends on its being held.
/// </summary>
internal sealed class ShardLease
{
    /// <summary>How long a claim lasts that is not renewed.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    /// <summary>How often it is renewed, and the cursor saved.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);

    private readonly IRecordStore _records;
    private readonly RecordKey _key;
    private readonly TimeProvider _time;
    private ShardRecord _record;
    private string _version;

    private ShardLease(IRecordStore records, RecordKey key, ShardRecord record, string version, TimeProvider time) =>
        (_records, _key, _record, _version, _time) = (records, key, record, version, time);

    /// <summary>Where to go on; <see langword="null"/> at the beginning.</summary>
    public string? Cursor => _record.Cursor;

    /// <summary>Claims a shard.</summary>
    /// <param name="records">The store.</param>
    /// <param name="name">The shard's name.</param>
    /// <param name="holder">Who claims it.</param>
    /// <param name="due">Only if it was last finished before this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns><see langword="null"/> for one that is not due; a claim that is somebody else's counts as unfinished.</returns>
    public static async Task<(ShardLease? Lease, bool IsFinished)> ClaimAsync(
        IRecordStore records, string name, string holder, DateTimeOffset due, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var key = RecordLayout.Shard(name);
        var now = time.GetUtcNow();
        var found = await records.GetAsync(key, cancellationToken);
        var record = found is null ? new() : BerthJson.Read(found.Value.Span, BerthJson.Instance.ShardRecord);
        if (record.Finished >= due)
        {
            return (null, true);
        }
        if (record.Holder is { } other && other != holder && record.Until > now)
        {
            return (null, false);
        }
        var claimed = record with { Holder = holder, Until = now + Length };
        var value = BerthJson.Write(claimed, BerthJson.Instance.ShardRecord);
        var isOurs = found is null
            ? await records.TryCreateAsync(key, value, cancellationToken)
            : await records.TryReplaceAsync(key, value, found.Version, cancellationToken);
        return isOurs && await ReadAsync(records, key, holder, cancellationToken) is { } version
            ? (new(records, key, claimed, version, time), false)
            : (null, false);
    }

    /// <summary>Notes how far the work has come, now and then.</summary>
    /// <returns><see langword="false"/> when the shard is somebody else's by now.</returns>
    public async Task<bool> AdvanceAsync(string cursor, CancellationToken cancellationToken)
    {
        _record = _record with { Cursor = cursor };
        var now = _time.GetUtcNow();
        return _record.Until - now > Length - Renewal
            || await TrySaveAsync(_record with { Until = now + Length }, cancellationToken);
    }

    /// <summary>Gives the shard up, with what was done so far.</summary>
    public Task<bool> ReleaseAsync(CancellationToken cancellationToken) =>
        TrySaveAsync(_record with { Holder = null, Until = default }, cancellationToken);

    /// <summary>Notes that all of it is done.</summary>
    public Task<bool> FinishAsync(CancellationToken cancellationToken) =>
        TrySaveAsync(new() { Finished = _time.GetUtcNow() }, cancellationToken);

    private static async Task<string?> ReadAsync(
        IRecordStore records, RecordKey key, string holder, CancellationToken cancellationToken) =>
        await records.GetAsync(key, cancellationToken) is { } record
        && BerthJson.Read(record.Value.Span, BerthJson.Instance.ShardRecord).Holder == holder
            ? record.Version
            : null;

    private async Task<bool> TrySaveAsync(ShardRecord next, CancellationToken cancellationToken)
    {
        var holder = _record.Holder!;
        if (!await _records.TryReplaceAsync(
            _key, BerthJson.Write(next, BerthJson.Instance.ShardRecord), _version, cancellationToken))
        {
            return false;
        }
        _record = next;
        if (next.Holder is null)
        {
            return true;
        }
        if (await ReadAsync(_records, _key, holder, cancellationToken) is not { } version)
        {
            return false;
        }
        _version = version;
        return true;
    }
}

/// <summary>How far the collection of a shard has come.</summary>
internal sealed record ShardRecord
{
    /// <summary>Who works on it.</summary>
    public string? Holder { get; init; }

    /// <summary>Until when, unless it says more.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>Where to go on; <see langword="null"/> at the beginning.</summary>
    public string? Cursor { get; init; }

    /// <summary>When all of it was done last.</summary>
    public DateTimeOffset Finished { get; init; }
}
