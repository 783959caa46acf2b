using System.Runtime.CompilerServices;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Scrubbing;

/// <summary>
/// Reads every blob and every manifest of a store and compares them with their digests, while registries go on using it. Damaged
/// blobs are marked. A run that was ended is gone on with by the next.
/// </summary>
public sealed class Scrub
{
    private const int PageSize = 500;

    /// <summary>After how many blobs or manifests it is noted how far the run came.</summary>
    private const int BatchSize = 64;

    private readonly IRecordStore _records;
    private readonly ScrubOptions _options;
    private readonly BlobScrub _blobs;
    private readonly ManifestScrub _manifests;
    private readonly Action<ScrubFinding> _found;
    private ScrubRecord _state;

    private Scrub(
        RegistryStorage storage, ScrubOptions options, ScrubRecord state, Action<ScrubFinding> found, TimeProvider time)
    {
        var pace = new BytePace(options.BytesPerSecond, time);
        (_records, _options, _state, _found) = (storage.Records, options, state, found);
        _blobs = new(storage.Records, new(storage.Objects, pace), time, options.DryRun);
        _manifests = new(new ManifestStore(storage.Records, storage.Objects, new(time, new RegistryOptions().Collection.Grace)), pace);
    }

    /// <summary>Scrubs a store.</summary>
    /// <param name="storage">The store; others may use it meanwhile.</param>
    /// <param name="options">How.</param>
    /// <param name="found">Told of everything that is wrong, once, when it is found.</param>
    /// <param name="time">The clock of marks and of the pace.</param>
    /// <param name="cancellationToken">Ends it; the next run goes on from there.</param>
    /// <returns>What was found, by earlier runs that were ended too.</returns>
    /// <exception cref="StorageException">The store fails; the next run goes on from there.</exception>
    public static async Task<ScrubReport> RunAsync(
        RegistryStorage storage, ScrubOptions options, Action<ScrubFinding> found, TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(time);
        var earlier = options.Restart ? null : await storage.Records.GetAsync(RecordLayout.Scrub, cancellationToken);
        var state = earlier is null
            ? new(null, null, IsInManifests: false, new ScrubReport { Started = time.GetUtcNow() })
            : BerthJson.Read(earlier.Value.Span, BerthJson.Instance.ScrubRecord);
        return await new Scrub(storage, options, state, found, time).RunAsync(cancellationToken);
    }

    private async Task<ScrubReport> RunAsync(CancellationToken cancellationToken)
    {
        if (!_state.IsInManifests)
        {
            await WalkAsync(RecordLayout.Blobs, CheckBlobAsync, cancellationToken);
            _state = new(null, null, IsInManifests: true, _state.Report);
        }
        await WalkAsync(RecordLayout.ManifestRecords, CheckManifestAsync, cancellationToken);
        if (!_options.DryRun)
        {
            await _records.DeleteAsync(RecordLayout.Scrub, version: null, cancellationToken);
        }
        return _state.Report;
    }

    private async Task WalkAsync(
        string root, Func<Group, CancellationToken, Task<ScrubResult>> check, CancellationToken cancellationToken)
    {
        var after = _state is { Partition: { } partition, Row: { } row } ? new RecordKey(partition, row) : (RecordKey?)null;
        var batch = new List<Group>();
        await foreach (var group in GroupsAsync(root, after, cancellationToken))
        {
            batch.Add(group);
            if (batch.Count == BatchSize)
            {
                await CheckAsync(batch, check, cancellationToken);
                batch.Clear();
            }
        }
        await CheckAsync(batch, check, cancellationToken);
    }

    private async Task CheckAsync(
        List<Group> batch, Func<Group, CancellationToken, Task<ScrubResult>> check, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return;
        }
        var results = new ScrubResult[batch.Count];
        await Parallel.ForAsync(
            0, batch.Count,
            new ParallelOptions { MaxDegreeOfParallelism = _options.Together, CancellationToken = cancellationToken },
            async (index, token) => results[index] = await check(batch[index], token));
        var report = _state.Report;
        foreach (var result in results)
        {
            report = report.With(result);
            if (result.Finding is { } finding)
            {
                _found(finding);
            }
        }
        _state = new(batch[^1].Partition, batch[^1].Rows[^1], _state.IsInManifests, report);
        if (!_options.DryRun)
        {
            await _records.PutAsync(
                RecordLayout.Scrub, BerthJson.Write(_state, BerthJson.Instance.ScrubRecord), cancellationToken);
        }
    }

    private Task<ScrubResult> CheckBlobAsync(Group group, CancellationToken cancellationToken) =>
        Digest.TryParse(group.Partition[(RecordLayout.Blobs.Length + 1)..], out var digest)
            ? _blobs.CheckAsync(digest, group.Rows, cancellationToken)
            : throw new InvalidDataException($"{group.Partition} is no blob");

    private Task<ScrubResult> CheckManifestAsync(Group group, CancellationToken cancellationToken) =>
        RepositoryName.TryParse(RecordLayout.Decode(group.Partition[(RecordLayout.ManifestRecords.Length + 1)..]), out var name)
            && Digest.TryParse(group.Rows[0], out var digest)
            ? _manifests.CheckAsync(name, digest, cancellationToken)
            : throw new InvalidDataException($"{group.Partition}/{group.Rows[0]} is no manifest");

    /// <summary>What is checked together: the rows of a blob, or one manifest.</summary>
    private async IAsyncEnumerable<Group> GroupsAsync(
        string root, RecordKey? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Group? group = null;
        bool more;
        do
        {
            var page = await _records.ListTreeAsync(root, after, PageSize, cancellationToken);
            foreach (var key in page.Items)
            {
                if (group is not null && root == RecordLayout.Blobs && group.Partition == key.Partition)
                {
                    group.Rows.Add(key.Row);
                    continue;
                }
                if (group is not null)
                {
                    yield return group;
                }
                group = new(key.Partition, [key.Row]);
            }
            more = page.More && page.Items.Count > 0;
            after = page.Items.Count > 0 ? page.Items[^1] : after;
        }
        while (more);
        if (group is not null)
        {
            yield return group;
        }
    }

    private sealed record Group(string Partition, List<string> Rows);
}
