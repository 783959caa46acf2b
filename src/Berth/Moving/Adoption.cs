using Berth.Content;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Stores;

namespace Berth.Moving;

/// <summary>Takes the bytes of a Docker registry's blobs over without copying them.</summary>
public abstract class Adoption
{
    private protected Adoption()
    {
    }

    /// <summary>
    /// Source and destination are one bucket and one prefix: records name the objects of the Docker registry, which are
    /// the blobs from then on. That registry must not delete anything any more.
    /// </summary>
    /// <param name="destination">The store.</param>
    public static Adoption OfObjects(RegistryStorage destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return new SharedObjects(destination.Objects);
    }

    /// <summary>
    /// Source and destination are on one file system: the files get a second name in the store, and stay when the
    /// first one is deleted.
    /// </summary>
    /// <param name="destination">The store.</param>
    /// <param name="files">The folder of the Docker registry.</param>
    public static Adoption OfFiles(FileSystemObjects destination, PlainFolder files) =>
        new SecondNames(destination, files);

    /// <summary>Makes a blob of the source an object of the destination.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="isAlias">Whether it is taken over for another digest than it is filed under.</param>
    /// <param name="intend">Begins an upload for what gets a key of its own.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="null"/> for one that has to be copied.</returns>
    /// <exception cref="IOException">It cannot be taken over.</exception>
    internal abstract Task<StoredBlob?> TakeAsync(
        SourceBlob blob, bool isAlias, Func<Task<UploadId>> intend, CancellationToken cancellationToken);

    /// <summary>Undoes it, before anything names the object.</summary>
    internal abstract Task ReleaseAsync(StoredBlob blob, CancellationToken cancellationToken);

    private sealed class SharedObjects(IObjectStore objects) : Adoption
    {
        internal override async Task<StoredBlob?> TakeAsync(
            SourceBlob blob, bool isAlias, Func<Task<UploadId>> intend, CancellationToken cancellationToken)
        {
            // An object has one digest: whoever deletes the blob deletes the object.
            if (isAlias)
                return null;
            return await objects.StatAsync(blob.Key, cancellationToken) is { } info && info.Size == blob.Size
                ? new(blob.Key, blob.Size)
                : throw new StorageException(
                    $"the destination does not hold {blob.Key}: only what lies in the same bucket under the same prefix "
                    + "can be adopted");
        }

        internal override Task ReleaseAsync(StoredBlob blob, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class SecondNames(FileSystemObjects objects, PlainFolder files) : Adoption
    {
        internal override async Task<StoredBlob?> TakeAsync(
            SourceBlob blob, bool isAlias, Func<Task<UploadId>> intend, CancellationToken cancellationToken)
        {
            var key = RecordLayout.NewObject(await intend());
            try
            {
                await objects.LinkAsync(key, files.PathOf(blob.Key), cancellationToken);
            }
            catch (StorageException e)
            {
                // No fault that passes: to try again would not help.
                throw new IOException($"{e.Message} Only files on the store's own file system can be adopted.", e);
            }
            return new(key, blob.Size);
        }

        internal override Task ReleaseAsync(StoredBlob blob, CancellationToken cancellationToken) =>
            objects.DeleteAsync(blob.Object, cancellationToken);
    }
}
