using System.Collections.Concurrent;
using System.Security.Cryptography;
using Berth.Content;
using Berth.Stores;

namespace Berth.Moving;

/// <summary>Gives a repository of the destination a blob of the source, with as little work as is needed.</summary>
internal sealed class BlobMove(
    MoveSource source, Destination destination, MoveOptions options, MoveProgress progress, TimeProvider time)
    : IDisposable
{
    private const int Stripes = 256;

    private readonly BlobCopy _copy = new(source, destination, progress);
    private readonly SemaphoreSlim _together = new(options.BlobsTogether);

    // One digest at a time: what two repositories share is copied once.
    private readonly SemaphoreSlim[] _digests = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];
    private readonly ConcurrentDictionary<Digest, bool> _planned = new();

    /// <summary>Moves one blob.</summary>
    public Task<BlobOutcome> RunAsync(
        RepositoryName name, Digest digest, MoveCounts counts, CancellationToken cancellationToken) =>
        Retries.RetryReadAsync(() => MoveAsync(name, digest, counts, cancellationToken), time, cancellationToken);

    public void Dispose()
    {
        _together.Dispose();
        foreach (var stripe in _digests)
            stripe.Dispose();
    }

    private async Task<BlobOutcome> MoveAsync(
        RepositoryName name, Digest digest, MoveCounts counts, CancellationToken cancellationToken)
    {
        var held = options.DryRun
            ? await destination.Blobs.GetAsync(name, digest, cancellationToken)
            : await destination.Blobs.KeepAsync(name, digest, cancellationToken);
        if (held is { } present)
        {
            counts.Add(MoveStep.BlobPresent, present.Size);
            return BlobOutcome.Held;
        }
        if (await Retries.FromSourceAsync(() => source.FindBlobAsync(name, digest, cancellationToken))
            is not { } blob)
        {
            return BlobOutcome.Missing;
        }
        var stripe = _digests[(digest.GetHashCode() & int.MaxValue) % Stripes];
        await stripe.WaitAsync(cancellationToken);
        try
        {
            if (await destination.Blobs.FindContentAsync(digest, cancellationToken) is { } content
                && (options.DryRun || await destination.Blobs.TryLinkContentAsync(name, digest, cancellationToken)))
            {
                counts.Add(MoveStep.BlobLinked, content.Size);
                return BlobOutcome.Held;
            }
            if (options.DryRun)
            {
                var step = options.Adoption is null ? MoveStep.BlobCopied : MoveStep.BlobAdopted;
                counts.Add(_planned.TryAdd(digest, true) ? step : MoveStep.BlobLinked, blob.Size);
                return BlobOutcome.Held;
            }
            await _together.WaitAsync(cancellationToken);
            try
            {
                return await TakeOrCopyAsync(name, digest, blob, counts, cancellationToken);
            }
            finally
            {
                _together.Release();
            }
        }
        finally
        {
            stripe.Release();
        }
    }

    private async Task<BlobOutcome> TakeOrCopyAsync(
        RepositoryName name, Digest digest, SourceBlob blob, MoveCounts counts, CancellationToken cancellationToken)
    {
        if (options.Adoption is { } adoption
            && await adoption.TakeAsync(blob, blob.Digest != digest, IntendAsync, cancellationToken) is { } taken)
        {
            // What is filed under another digest is what the link says, or a damaged link: only the bytes tell.
            if ((options.VerifyAdopted || blob.Digest != digest)
                && await VerifyAsync(taken, digest, cancellationToken) is { } problem)
            {
                await adoption.ReleaseAsync(taken, cancellationToken);
                return new(problem);
            }
            if (!await destination.Blobs.AdoptAsync(name, digest, taken, ended: null, cancellationToken))
                await adoption.ReleaseAsync(taken, cancellationToken);
            counts.Add(MoveStep.BlobAdopted, blob.Size);
            return BlobOutcome.Held;
        }
        if (await _copy.RunAsync(name, digest, blob, cancellationToken) is { } wrong)
            return new(wrong);
        counts.Add(MoveStep.BlobCopied, blob.Size);
        return BlobOutcome.Held;

        async Task<UploadId> IntendAsync() =>
            (await destination.Uploads.IntendAsync(new(name, Principal: null), digest, cancellationToken)).Id;
    }

    /// <summary>Reads what was taken over where the destination will read it.</summary>
    private Task<string?> VerifyAsync(StoredBlob taken, Digest digest, CancellationToken cancellationToken) =>
        Retries.FromSourceAsync(async () =>
        {
            await using var opened = await destination.Objects.OpenReadAsync(taken.Object, 0, length: null, cancellationToken);
            if (opened is null)
                return "its bytes are gone";
            await using var stream = new WatchedStream(opened, progress);
            var actual = Digest.FromHash(
                digest.Algorithm,
                await CryptographicOperations.HashDataAsync(digest.Algorithm.Name(), stream, cancellationToken));
            return actual == digest ? null : $"it is damaged: its bytes are {actual}";
        });
}

/// <summary>Whether the destination's repository holds a blob now.</summary>
/// <param name="Problem">What is wrong with the source's; <see langword="null"/> when nothing is.</param>
internal sealed record BlobOutcome(string? Problem)
{
    /// <summary>It does.</summary>
    public static BlobOutcome Held { get; } = new((string?)null);

    /// <summary>The source has none.</summary>
    public static BlobOutcome Missing { get; } = new("it is missing");
}
