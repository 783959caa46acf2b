using Berth.Content;
using Berth.Storage;

namespace Berth.Moving;

/// <summary>
/// Moves a registry, or some of its repositories, into a store of Berth. What is there already stays and is not read again:
/// a run that was killed is simply repeated. What cannot be moved is reported and left out, with all that needs it.
/// </summary>
public static class RegistryMove
{
    private const int RepositoriesTogether = 4;

    /// <summary>Moves.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="destination">Where to; others may use it meanwhile.</param>
    /// <param name="options">What, and how.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="time">The clock of what is written.</param>
    /// <param name="cancellationToken">Ends it; the next run goes on from there.</param>
    /// <returns>What became of everything.</returns>
    /// <exception cref="StorageException">The destination fails, or the source cannot be listed.</exception>
    public static async Task<MoveCounts> RunAsync(
        MoveSource source, RegistryStorage destination, MoveOptions options, MoveProgress progress, TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        progress.Repositories = await CountAsync(source, options, cancellationToken);

        using var stores = new Destination(destination, options.BlobsTogether, time);
        using var blobs = new BlobMove(source, stores, options, progress, time);
        await Parallel.ForEachAsync(
            source.ListAsync(name => IsSelected(options, name), progress.ReportListed, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = RepositoriesTogether, CancellationToken = cancellationToken },
            async (repository, token) => await new RepositoryMove(
                source, stores, options, progress, time, blobs, repository).RunAsync(token));
        return progress.Counts;
    }

    private static async Task<int> CountAsync(
        MoveSource source, MoveOptions options, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var name in source.ListNamesAsync(cancellationToken))
        {
            if (IsSelected(options, name))
                count++;
        }
        return count;
    }

    private static bool IsSelected(MoveOptions options, RepositoryName name) =>
        options.Repositories.Count == 0 || options.Repositories.Any(pattern => pattern.Includes(name));
}
