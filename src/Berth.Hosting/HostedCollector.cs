using Berth.Collection;
using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>Collects garbage beside a host's requests: what is due, a slice at a time, and never in anybody's way.</summary>
/// <remarks>
/// Any number of hosts over one store do this at once, each when it likes: what one has finished is due for nobody before the
/// interval has passed, and what one works on the others leave to it.
/// </remarks>
/// <param name="storage">The registry's store.</param>
/// <param name="options">What the operator decided.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of each slice, and of what failed.</param>
public sealed partial class HostedCollector(
    RegistryStorage storage, CollectionOptions options, TimeProvider time, ILogger<Collector> logger)
{
    /// <summary>How long it works before it looks up.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How often it looks whether something is due, in a few dozen small reads: what a host did not finish that has gone since,
    /// another one goes on with by then.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Collects until it is told to stop. Never throws; what fails is tried again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (!options.Enabled)
            return;
        Collector? collector = null;
        try
        {
            // Hosts that start together do not look together, and what they start for comes first.
            await WaitAsync(Slice, stop);
            while (true)
            {
                // One that is not done has hold of what it worked on, and goes on with it.
                collector ??= Create();
                var end = await TryCollectAsync(collector, stop);
                if (end == CollectionEnd.Done)
                {
                    await collector.DisposeAsync();
                    collector = null;
                }

                await WaitAsync(end == CollectionEnd.LeftToOthers ? Slice : LongestWait, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            if (collector is not null)
                await collector.DisposeAsync();
        }
    }

    /// <summary>Collects what is due, for a while.</summary>
    /// <param name="longest">For how long; it may be some seconds more.</param>
    /// <param name="stop">Ends it at once; what was done stays done.</param>
    /// <returns>Whether nothing is left that is due; else another call goes on, here or on another host.</returns>
    /// <exception cref="StorageException">The store does not answer. Another call goes on.</exception>
    public async Task<bool> CollectAsync(TimeSpan longest, CancellationToken stop)
    {
        await using var collector = Create();
        return await CollectAsync(collector, longest, stop) == CollectionEnd.Done;
    }

    private Collector Create() => new(storage, options, isDry: false, time, logger);

    private async Task<CollectionEnd> TryCollectAsync(Collector collector, CancellationToken stop)
    {
        try
        {
            return await CollectAsync(collector, TimeSpan.MaxValue, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Failed(logger, e);
            return CollectionEnd.Failed;
        }
    }

    private async Task<CollectionEnd> CollectAsync(Collector collector, TimeSpan longest, CancellationToken stop)
    {
        var begun = time.GetTimestamp();
        var due = time.GetUtcNow() - options.Interval;
        while (true)
        {
            var mark = time.GetTimestamp();
            var left = longest - time.GetElapsedTime(begun, mark);
            if (left <= TimeSpan.Zero)
                return CollectionEnd.OutOfTime;
            var slice = left < Slice ? left : Slice;
            if ((await collector.RunAsync(due, slice, stop)).IsComplete)
                return CollectionEnd.Done;
            if (time.GetElapsedTime(mark) < slice)
                return CollectionEnd.LeftToOthers;
        }
    }

    /// <summary>Waits for about that long; less where collections are to follow each other faster.</summary>
    private Task WaitAsync(TimeSpan about, CancellationToken stop) =>
        Task.Delay((about < options.Interval ? about : options.Interval) * (0.5 + Random.Shared.NextDouble()), time, stop);

    [LoggerMessage(1, LogLevel.Error, "The collection of garbage failed; it is tried again")]
    private static partial void Failed(ILogger logger, Exception exception);

    /// <summary>How a collection ended.</summary>
    private enum CollectionEnd
    {
        /// <summary>Nothing is left that is due.</summary>
        Done,

        /// <summary>Others are at what is left.</summary>
        LeftToOthers,

        /// <summary>It had no more time.</summary>
        OutOfTime,

        /// <summary>The store is in trouble.</summary>
        Failed,
    }
}
