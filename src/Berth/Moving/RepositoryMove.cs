using System.Collections.Concurrent;
using Berth.Content;
using Berth.Stores;

namespace Berth.Moving;

/// <summary>
/// Moves one repository: blobs first, then manifests, those that others name before these, each with its place among the
/// referrers, and tags last. So whatever is shown at any time can be pulled whole.
/// </summary>
internal sealed class RepositoryMove(
    MoveSource source, Destination destination, MoveOptions options, MoveProgress progress, TimeProvider time,
    BlobMove blobs, SourceRepository repository)
{
    private const int Together = 8;

    /// <summary>How many bytes of manifests are kept from reading to writing; beyond, they are read again.</summary>
    private const long KeptContent = 4 * 1024 * 1024;

    // How much of a repository each phase is, for the progress.
    private const double Reading = 0.1;
    private const double Copying = 0.7;
    private const double Writing = 0.1;
    private const double Tagging = 0.1;

    private readonly HashSet<Digest> _manifests = [.. repository.Manifests];
    private readonly HashSet<Digest> _linked = [.. repository.Blobs];
    private readonly ConcurrentDictionary<Digest, BlobOutcome> _blobs = new();
    private readonly ConcurrentDictionary<Digest, (string MediaType, long Size)> _held = new();
    private readonly ConcurrentBag<PendingManifest> _pending = [];
    private readonly Lock _lock = new();
    private double _share;
    private long _kept;

    /// <summary>What became of everything.</summary>
    public MoveCounts Counts { get; } = new();

    private RepositoryName Name => repository.Name;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await EachAsync(Reading, repository.Manifests, ReadManifestAsync, cancellationToken);
        await EachAsync(Copying, BlobsToMove(), MoveBlobAsync, cancellationToken);
        await MoveManifestsAsync(cancellationToken);
        await EachAsync(Tagging, repository.Tags, MoveTagAsync, cancellationToken);
        progress.Finish(Name.ToString(), Counts, _share);
    }

    private async Task ReadManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (await destination.Manifests.GetAsync(Name, digest, cancellationToken) is { } present)
        {
            await CompleteReferrerAsync(digest, present, cancellationToken);
            Counts.Add(MoveStep.ManifestPresent);
            _held[digest] = (present.Facts.MediaType, present.Facts.Size);
            return;
        }
        if (await ReadFromSourceAsync(digest, cancellationToken) is not var (manifest, content))
            return;
        var isKept = Interlocked.Add(ref _kept, content.Length) <= KeptContent;
        _pending.Add(new(digest, manifest, isKept ? content : null));
    }

    /// <summary>What the manifests that are still to be moved name, and what is linked without any.</summary>
    private List<Digest> BlobsToMove() =>
    [
        .. _linked.Union(_pending
            .SelectMany(pending => pending.Manifest.References)
            .Select(reference => reference.Digest)
            .Where(digest => !_manifests.Contains(digest))),
    ];

    private async Task MoveBlobAsync(Digest digest, CancellationToken cancellationToken)
    {
        BlobOutcome outcome;
        try
        {
            outcome = await blobs.RunAsync(Name, digest, Counts, cancellationToken);
        }
        catch (SourceFaultException e)
        {
            outcome = new(Unreadable(e));
        }
        _blobs[digest] = outcome;
        // What is missing is told of the manifest that names it, unless the source says that it has it.
        if (outcome.Problem is { } problem && (outcome != BlobOutcome.Missing || _linked.Contains(digest)))
            LeaveOut($"the blob {digest}", problem);
    }

    private async Task MoveManifestsAsync(CancellationToken cancellationToken)
    {
        List<PendingManifest> waiting = [.. _pending];
        if (!options.DryRun && (repository.IsListedEmpty || waiting.Count + _held.Count > 0))
        {
            await Retries.RetryWriteAsync(
                () => destination.Repositories.EnsureAsync(Name, cancellationToken), time, cancellationToken);
        }
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(manifest => FindObstacle(manifest) is null).ToList();
            if (ready.Count == 0)
                break;
            await EachAsync(Writing * ready.Count / _pending.Count, ready, PublishAsync, cancellationToken);
            waiting = [.. waiting.Except(ready)];
        }
        foreach (var manifest in waiting)
            LeaveOut($"the manifest {manifest.Digest}", FindObstacle(manifest)!);
    }

    /// <summary>Why a manifest cannot be shown yet; <see langword="null"/> when all is there that a pull fetches.</summary>
    private string? FindObstacle(PendingManifest pending)
    {
        foreach (var reference in pending.Manifest.References.Where(reference => !reference.MayBeMissing))
        {
            if (_held.ContainsKey(reference.Digest))
                continue;
            if (!_blobs.TryGetValue(reference.Digest, out var outcome))
                return $"it names {reference.Digest}, which was left out";
            if (outcome.Problem is { } problem && !(outcome == BlobOutcome.Missing && options.AllowMissingReferences))
                return $"it names {reference.Digest}: {problem}";
        }
        return null;
    }

    private async Task PublishAsync(PendingManifest pending, CancellationToken cancellationToken)
    {
        var (digest, manifest) = (pending.Digest, pending.Manifest);
        var content = pending.Content;
        if (content is null)
        {
            if (await ReadFromSourceAsync(digest, cancellationToken) is not var (_, again))
                return;
            content = again;
        }
        if (!options.DryRun)
        {
            if (await FindCollectedAsync(manifest, cancellationToken) is { } collected)
            {
                LeaveOut($"the manifest {digest}", $"it names {collected}, which was collected meanwhile: run this again");
                return;
            }
            await destination.Manifests.PutAsync(Name, digest, manifest, content.Value, cancellationToken);
            if (manifest.Subject is { } subject)
            {
                await destination.Referrers.PutAsync(
                    Name, subject, digest, manifest, content.Value.Length, cancellationToken);
            }
        }
        Counts.Add(MoveStep.ManifestCopied);
        if (manifest.Subject is not null)
            Counts.Add(MoveStep.ReferrerAdded);
        _held[digest] = (manifest.MediaType, content.Value.Length);
    }

    /// <summary>A blob that was moved so long ago that the collector of the destination has removed it.</summary>
    private async Task<Digest?> FindCollectedAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        foreach (var reference in manifest.References)
        {
            if (_blobs.TryGetValue(reference.Digest, out var outcome) && outcome == BlobOutcome.Held
                && await destination.Blobs.KeepAsync(Name, reference.Digest, cancellationToken) is null)
            {
                return reference.Digest;
            }
        }
        return null;
    }

    /// <summary>Does what a run did not come to that was killed between a manifest and its place among the referrers.</summary>
    private async Task CompleteReferrerAsync(Digest digest, StoredManifest stored, CancellationToken cancellationToken)
    {
        if (!Digest.TryParse(stored.Facts.Subject, out var subject)
            || await destination.Referrers.ContainsAsync(Name, subject, digest, cancellationToken)
            || await destination.Manifests.ReadAsync(stored, cancellationToken) is not { } content
            || !Manifest.TryParse(content, stored.Facts.MediaType, out var manifest, out _))
        {
            return;
        }
        if (!options.DryRun)
            await destination.Referrers.PutAsync(Name, subject, digest, manifest, content.Length, cancellationToken);
        Counts.Add(MoveStep.ReferrerAdded);
    }

    private async Task MoveTagAsync(Tag tag, CancellationToken cancellationToken)
    {
        Digest? named;
        try
        {
            named = await Retries.ReadAsync(
                () => source.ReadTagAsync(Name, tag, cancellationToken), time, cancellationToken);
        }
        catch (SourceFaultException e)
        {
            LeaveOut($"the tag {tag}", Unreadable(e));
            return;
        }
        if (named is not { } digest)
        {
            LeaveOut($"the tag {tag}", "it is gone");
            return;
        }
        if (!_held.TryGetValue(digest, out var facts))
        {
            LeaveOut(
                $"the tag {tag}",
                $"it names {digest}, which {(_manifests.Contains(digest) ? "was left out" : "the repository does not hold")}");
            return;
        }
        Counts.Add(await WriteTagAsync(tag, digest, facts.MediaType, facts.Size, cancellationToken));
    }

    private async Task<MoveStep> WriteTagAsync(
        Tag tag, Digest digest, string mediaType, long size, CancellationToken cancellationToken)
    {
        var existing = await destination.Tags.GetAsync(Name, tag, cancellationToken);
        if (existing == digest)
            return MoveStep.TagPresent;
        if (existing is not null && options.KeepTags)
            return MoveStep.TagKept;
        if (!options.DryRun)
            await destination.Tags.PutAsync(Name, tag, digest, mediaType, size, cancellationToken);
        return existing is null ? MoveStep.TagCreated : MoveStep.TagReplaced;
    }

    /// <returns><see langword="null"/> where it was left out.</returns>
    private async Task<(Manifest Manifest, ReadOnlyMemory<byte> Content)?> ReadFromSourceAsync(
        Digest digest, CancellationToken cancellationToken)
    {
        string? problem;
        try
        {
            var found = await Retries.ReadAsync(
                () => source.ReadManifestAsync(Name, digest, cancellationToken), time, cancellationToken);
            if (found is null)
                problem = "it is missing";
            else if (Digest.Of(digest.Algorithm, found.Content.Span) is var actual && actual != digest)
                problem = $"it is damaged: its bytes are {actual}";
            else if (Manifest.TryParse(found.Content, found.MediaType, out var manifest, out problem))
                return (manifest, found.Content);
        }
        catch (SourceFaultException e)
        {
            problem = Unreadable(e);
        }
        LeaveOut($"the manifest {digest}", problem);
        return null;
    }

    private async Task EachAsync<T>(
        double weight, IReadOnlyCollection<T> items, Func<T, CancellationToken, Task> work,
        CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            items, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellationToken },
            async (item, token) =>
            {
                await Retries.RetryWriteAsync(() => work(item, token), time, token);
                lock (_lock)
                    _share += weight / items.Count;
                progress.Advance(weight / items.Count);
            });

    private void LeaveOut(string subject, string reason)
    {
        Counts.Add(MoveStep.LeftOut);
        progress.Report(new(Name.ToString(), subject, reason));
    }

    private static string Unreadable(SourceFaultException e) => $"it cannot be read: {e.Message}";

    /// <summary>A manifest of the source that the destination does not have yet.</summary>
    private sealed record PendingManifest(Digest Digest, Manifest Manifest, ReadOnlyMemory<byte>? Content);
}
