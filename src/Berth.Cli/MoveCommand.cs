using Berth.Hosting;
using Berth.Moving;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Cli;

/// <summary>Opens both sides, moves, and says what became of it.</summary>
internal sealed class MoveCommand(CliInput input)
{
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public Task<int> RunAsync(MoveRequest request, CancellationToken cancellationToken) => StoreRun.RunAsync(
        input,
        () =>
        {
            var from = StoreName.Resolve(request.Source, "From", request.SourceDetails, input, writes: false);
            var to = StoreName.Resolve(request.Destination, "To", request.DestinationDetails, input, writes: !request.IsDryRun);
            return RunAsync(request, from, to, cancellationToken);
        },
        cancellationToken);

    private async Task<int> RunAsync(
        MoveRequest request, StoragePlace from, StoragePlace to, CancellationToken cancellationToken)
    {
        var source = await OpenSourceAsync(request, from, to, cancellationToken);
        var destination = await OpenDestinationAsync(request, to, cancellationToken);
        var options = new MoveOptions
        {
            Repositories = request.Repositories,
            DryRun = request.IsDryRun,
            Adoption = request.Adopts ? await AdoptAsync(request, from, to, destination, cancellationToken) : null,
            VerifyAdopted = request.VerifiesAdopted,
            KeepTags = request.KeepsTags,
            AllowMissingReferences = request.AllowsMissing,
            BlobsTogether = request.Together,
        };
        var progress = new MoveProgress();
        var summary = new MoveSummary(request, from, to, progress);
        await using (var display = new MoveDisplay(input, progress, request))
        {
            await RegistryMove.RunAsync(source, destination, options, progress, TimeProvider.System, cancellationToken);
        }
        if (progress.Repositories == 0 && request.Repositories.Count > 0)
            throw new SettingsException($"{from} has no repository {string.Join(" or ", request.Repositories)}");
        await summary.WriteAsync(input.Output);
        return progress.Counts[MoveStep.LeftOut] == 0 ? ExitCode.Done : ExitCode.LeftOut;
    }

    private static async Task<MoveSource> OpenSourceAsync(
        MoveRequest request, StoragePlace from, StoragePlace to, CancellationToken cancellationToken)
    {
        if (!request.IsImport)
        {
            // Opening a folder creates it.
            if (from is FolderPlace folder && !Directory.Exists(Path.Join(folder.Root, "store")))
                throw new SettingsException($"{request.Source}: there is no store of Berth in {folder.Root}");
            if (from.ToString() == to.ToString())
                throw new SettingsException($"{request.Destination}: this is the source");
            var berth = MoveSource.OfBerth(StorageProviders.OpenUnproven(from, NullLogger.Instance));
            return await ExistsAsync(berth, request, from, cancellationToken)
                ? berth
                : throw new SettingsException($"{request.Source}: there is no repository of Berth in {from}");
        }
        var docker = MoveSource.OfDockerRegistry(from switch
        {
            FolderPlace folder => new PlainFolder(folder.Root),
            AzurePlace or MemoryPlace => throw new SettingsException(
                $"{request.Source}: the data of a Docker registry is read from a folder, or from a bucket of S3 or OSS"),
            _ => StorageProviders.OpenUnproven(from, NullLogger.Instance).Objects,
        });
        return await ExistsAsync(docker, request, from, cancellationToken)
            ? docker
            : throw new SettingsException(
                $"{request.Source}: there is no docker/registry/v2 in {from}; name the Docker registry's rootdirectory");
    }

    private static async Task<bool> ExistsAsync(
        MoveSource source, MoveRequest request, StoragePlace from, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ExistsAsync(cancellationToken);
        }
        catch (StorageException e)
        {
            // The first call to it: nothing is done yet with which the same command could go on.
            throw new SettingsException($"{request.Source}: {from} cannot be read: {e.Message}", e);
        }
    }

    private static async Task<RegistryStorage> OpenDestinationAsync(
        MoveRequest request, StoragePlace to, CancellationToken cancellationToken)
    {
        if (to is MemoryPlace)
            throw new SettingsException($"{request.Destination}: memory ends with this command");
        if (!request.IsDryRun)
            return await StorageProviders.OpenAsync(to, NullLogger.Instance, cancellationToken);
        // Opening a folder creates it: one that is absent is as good as an empty one.
        return StorageProviders.OpenUnproven(
            to is FolderPlace folder && !Directory.Exists(Path.Join(folder.Root, "store")) ? MemoryPlace.Instance : to,
            NullLogger.Instance);
    }

    private static async Task<Adoption> AdoptAsync(
        MoveRequest request, StoragePlace from, StoragePlace to, RegistryStorage destination,
        CancellationToken cancellationToken)
    {
        if (from is FolderPlace source && to is FolderPlace target)
        {
            return request.IsDryRun
                ? Adoption.OfObjects(destination)
                : Adoption.OfFiles(new FileSystemObjects(target.Root), new PlainFolder(source.Root));
        }
        if (from is FolderPlace || to is FolderPlace || from.GetType() != to.GetType()
            || !await MoveSource.OfDockerRegistry(destination.Objects).ExistsAsync(cancellationToken))
        {
            throw new SettingsException(
                $"--adopt: {to} does not hold what {from} does; blobs can be adopted within one bucket under one prefix, or "
                + "between folders of one file system. Leave it out to copy them");
        }
        return Adoption.OfObjects(destination);
    }
}
