using System.Security.Cryptography;
using Berth.Storage;
using Berth.Telemetry;
using Microsoft.Extensions.Logging;

namespace Berth.Collection;

/// <summary>Removes what nothing uses any more while the registry serves, from any number of processes over one store.</summary>
/// <remarks>
/// What is unused is marked first and removed when the grace has passed and it still is; a request that needs it takes the mark
/// away. So nothing stops the registry, and no clock decides what is removed, only when. The work is cut into shards, each with a
/// record that says who works on it and how far it came.
/// </remarks>
public sealed partial class Collector : IAsyncDisposable
{
    private const int RepositoryShards = 4;

    private readonly RegistryStorage _storage;
    private readonly TimeProvider _time;
    private readonly ILogger<Collector> _logger;
    private readonly CallPace _pace;
    private readonly CollectionRun _run;
    private readonly List<IShard> _shards;
    private readonly string _holder = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private ShardWalk? _walk;

    /// <summary>Creates a collector. Makes no call to the store.</summary>
    /// <param name="storage">The registry's store.</param>
    /// <param name="options">What the operator decided.</param>
    /// <param name="isDry">Whether to change nothing, and only tell what would be removed now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told what was done.</param>
    public Collector(
        RegistryStorage storage, CollectionOptions options, bool isDry, TimeProvider time, ILogger<Collector> logger)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        (_time, _logger) = (time, logger);
        _pace = new(options.CallsPerSecond, time);
        _storage = storage.WithPace(_pace);
        _run = new(_storage, options, isDry, time);
        var links = new LinkRemoval(_run);
        // Uploads first, so that what is published is told from what is not; then from the using to the used.
        _shards =
        [
            .. Enumerable.Range(0, 16).Select(digit => new UploadShard(_run, digit)),
            .. Enumerable.Range(0, RepositoryShards).Select(number => new RepositoryShard(_run, links, number, RepositoryShards)),
            .. Enumerable.Range(0, 16).Select(digit => new BlobShard(_run, links, digit)),
            new ManifestObjectShard(_run),
            new PartsShard(_run),
        ];
    }

    /// <summary>Collects what is due, for a while.</summary>
    /// <param name="due">Shards that were last finished before this are due.</param>
    /// <param name="slice">How long to work before it stops at the next safe point.</param>
    /// <param name="cancellationToken">Stops it at once; what was done stays done.</param>
    /// <returns>What was done. Unless it is complete, another call goes on where this one stopped.</returns>
    /// <exception cref="StorageException">The store does not answer. Another call goes on.</exception>
    public async Task<CollectionReport> RunAsync(
        DateTimeOffset due, TimeSpan slice, CancellationToken cancellationToken)
    {
        var report = _run.Report = new();
        var calls = _pace.Calls;
        var mark = _time.GetTimestamp();
        try
        {
            report.IsComplete = _run.IsDry
                ? await TellAsync(cancellationToken)
                : await CollectAsync(due, mark, slice, cancellationToken);
        }
        finally
        {
            report.StorageCalls = _pace.Calls - calls;
            BerthMetrics.CollectionEnds(report, _time.GetElapsedTime(mark));
            var elapsed = _time.GetElapsedTime(mark);
            Log.Collected(
                _logger, report.IsComplete, report.BlobsDeleted, report.BytesFreed, report.LinksDeleted, report.ManifestsDeleted,
                report.UploadsExpired, report.StorageCalls, elapsed);
        }
        return report;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _run.Dispose();
    }

    private async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        foreach (var shard in _shards)
        {
            await foreach (var _ in shard.ClearAsync(cursor: null, cancellationToken))
            {
            }
        }
        return true;
    }

    private async Task<bool> CollectAsync(
        DateTimeOffset due, long mark, TimeSpan slice, CancellationToken cancellationToken)
    {
        var (isComplete, hasWorked) = (true, false);
        var first = _walk is { } begun ? _shards.IndexOf(begun.Shard) : 0;
        foreach (var shard in _shards.Skip(first).Concat(_shards.Take(first)))
        {
            if (hasWorked && _time.GetElapsedTime(mark) >= slice)
            {
                return false;
            }
            var (lease, isFinished) = await ShardLease.ClaimAsync(
                _storage.Records, shard.Name, _holder, due, _time, cancellationToken);
            hasWorked |= lease is not null;
            isComplete &= lease is null
                ? isFinished
                : await ClearAsync(shard, lease, mark, slice, cancellationToken);
        }
        return isComplete;
    }

    /// <returns>Whether all of the shard is done.</returns>
    private async Task<bool> ClearAsync(
        IShard shard, ShardLease lease, long mark, TimeSpan slice, CancellationToken cancellationToken)
    {
        if (_walk?.Shard != shard || _walk.Cursor != lease.Cursor)
        {
            // Somebody else has worked on it since, or nobody here.
            await StopAsync();
            _walk = new(shard, lease.Cursor);
        }
        try
        {
            while (await _walk.StepAsync(cancellationToken))
            {
                if (!await lease.AdvanceAsync(_walk.Cursor!, cancellationToken))
                {
                    await StopAsync();
                    return false;
                }
                if (_time.GetElapsedTime(mark) >= slice)
                {
                    await lease.ReleaseAsync(cancellationToken);
                    return false;
                }
            }
        }
        catch
        {
            await StopAsync(); // what threw cannot go on
            throw;
        }
        await StopAsync();
        return await lease.FinishAsync(cancellationToken);
    }

    private async Task StopAsync()
    {
        if (_walk is { } walk)
        {
            _walk = null;
            await walk.DisposeAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            EventId = 30, Level = LogLevel.Information,
            Message = "Collection: complete {IsComplete}, {Blobs} blobs of {Bytes} bytes deleted, {Links} taken out of repositories, "
                + "{Manifests} manifests deleted, {Uploads} uploads expired, {Calls} calls, {Elapsed}")]
        public static partial void Collected(
            ILogger logger, bool isComplete, long blobs, long bytes, long links, long manifests, long uploads, long calls,
            TimeSpan elapsed);
    }
}
