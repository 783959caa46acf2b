using System.Buffers;

namespace Berth.Storage.FileSystem;

/// <summary>Objects in a local folder, which any number of processes of one machine may share.</summary>
/// <remarks>
/// <para>A write puts the bytes on the disk under a temporary name, renames it, and puts the name on the disk, so that
/// an
/// object is there whole or not at all whenever process or machine stops. <see cref="FileTree"/> shows the
/// folders.</para>
/// <para>Faults of the disk are the <see cref="IOException"/> that .NET throws, a full one a
/// <see cref="StorageException"/>.</para>
/// </remarks>
public sealed class FileSystemObjects : IObjectStore, IVersionedObjects
{
    /// <summary>What listings may remember, in bytes: two million names of ten characters.</summary>
    private const long ListingMemory = 32 * 1024 * 1024;

    private readonly FileTree _tree;
    private readonly FileReader _reader;
    private readonly StripedLocks _locks;
    private readonly FileUploads _uploads;
    private readonly ListedFolders _folders;

    /// <summary>Opens a folder, and creates it where it is absent.</summary>
    /// <param name="root">The folder, on one file system that has file locks. Nothing outside it is touched.</param>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public FileSystemObjects(string root)
    {
        _tree = new(root);
        _reader = new(_tree);
        _locks = new(_tree.Locks);
        _uploads = new(_tree, _reader, _locks);
        _folders = new(FileStamp.At, new FolderClock(_tree.Clock, FileStamp.At).HasPassed, ListingMemory);
    }

    /// <summary>65,536: smaller parts would work, but cost a flush each.</summary>
    public int MinimumPartSize => 65_536;

    /// <summary>1: one part is written while the next comes.</summary>
    public int PartsTogether => 1;

    /// <summary>10,000, as S3: their receipts have to fit a record.</summary>
    public int MaximumParts => 10_000;

    /// <inheritdoc/>
    public Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return ReadAsync<ObjectInfo?>(
            () => _reader.FindSize(key) is { } size ? new ObjectInfo(size) : null, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        return ReadAsync<Stream?>(() => _reader.Open(key, offset, length), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ObjectContent?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return ReadAsync(
            () =>
            {
                using var stream = _reader.Open(key, 0, null);
                if (stream is null)
                {
                    return null;
                }

                var bytes = new byte[stream.Size];
                stream.ReadExactly(bytes);
                return new ObjectContent(bytes, FileReader.VersionOf(bytes));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Uri?> CreateReadUriAsync(string key, ReadUriOptions options, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return Task.FromResult<Uri?>(null);
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return RunAsync(() => WriteAsync(key, content, PutCondition.None, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> PutAsync(
        string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return RunAsync(() => WriteAsync(key, new(content), condition, cancellationToken), cancellationToken);
    }

    /// <summary>Makes an object of a file without copying it: a second name for its bytes, which must not change any more.</summary>
    /// <param name="key">A key that nothing has used.</param>
    /// <param name="path">The file, on the same file system.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageException">The file cannot be linked: it is on another file system, say.</exception>
    public Task LinkAsync(string key, string path, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return RunAsync(() => _tree.LinkFileAsync(path, _tree.ObjectPath(key)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return RunAsync(() => _uploads.BeginAsync(key), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
        CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        part.Require(MaximumParts);
        ArgumentOutOfRangeException.ThrowIfZero(content.Length, nameof(content));
        return RunAsync(
            () => _uploads.WritePart(uploadId, part, content, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task FlushUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        ArgumentNullException.ThrowIfNull(receipts);
        return RunAsync(() => _uploads.FlushAsync(uploadId, receipts), cancellationToken);
    }

    /// <inheritdoc/>
    public Task CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        ArgumentNullException.ThrowIfNull(receipts);
        return RunAsync(
            () => _uploads.CompleteAsync(key, uploadId, receipts, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return RunAsync(() => _uploads.AbortAsync(key, uploadId, cancellationToken), cancellationToken);
    }

    /// <summary>In the order of their ids.</summary>
    /// <inheritdoc/>
    public Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireUploads(after, limit);
        return RunAsync(() => _uploads.List(after?.UploadId, limit), cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        DeleteAsync(key, version: null, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string key, string? version, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return RunAsync(() => RemoveAsync(key, version, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireListing(prefix, after, limit);
        var slash = prefix.LastIndexOf('/');
        var folder = slash < 0 ? _tree.Objects : _tree.ObjectPath(prefix[..slash]);
        return RunAsync(
            () => new FileListing(_folders, prefix, after, limit, cancellationToken).List(folder, prefix[..(slash + 1)]),
            cancellationToken);
    }

    private async Task<bool> WriteAsync(
        string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellationToken)
    {
        // Whoever comes second is spared the write. It is refused under the lock only: there whoever was first has its name on
        // the disk, and what is now done because of it cannot outlive it. Who names a version has just read it.
        if (condition.MustBeAbsent
            && !Holds(key, condition)
            && !await _locks.HoldAsync(key, () => Holds(key, condition), cancellationToken))
        {
            return false;
        }

        var (path, temporary) = (_tree.ObjectPath(key), _tree.NewTemporary());
        string? unplaced = temporary;
        string? replaced = null;
        try
        {
            // A new folder gets durable beside the file: both wait for the same turn of the file system's journal.
            var folder = _tree.EnsureFolderOfAsync(path);
            Files.Create(temporary, content, cancellationToken);
            await folder;
            return await _locks.HoldAsync(
                key,
                async () =>
                {
                    if (!Holds(key, condition))
                    {
                        return false;
                    }

                    await _tree.PlaceFileAsync(temporary, path);
                    unplaced = null;
                    replaced = _tree.Retire(_tree.CompositePath(key));
                    return true;
                },
                cancellationToken);
        }
        finally
        {
            FileTree.Discard(unplaced);
            FileTree.Discard(replaced);
        }
    }

    private async Task<bool> RemoveAsync(string key, string? version, CancellationToken cancellationToken)
    {
        string? retired = null;
        var removed = await _locks.HoldAsync(
            key,
            () =>
            {
                if (version is not null && _reader.FindVersion(key) != version)
                {
                    return false;
                }

                // Pieces first: beside a file they are what a write before it replaced, and must not come back.
                retired = _tree.Retire(_tree.CompositePath(key));
                FileTree.RemoveFile(_tree.ObjectPath(key));
                return true;
            },
            cancellationToken);
        FileTree.Discard(retired);
        return removed;
    }

    private bool Holds(string key, PutCondition condition) => condition switch
    {
        { MustBeAbsent: true } => _reader.FindSize(key) is null,
        { Version: { } version } => _reader.FindVersion(key) == version,
        _ => true,
    };

    /// <summary>
    /// Runs on the caller's thread. What is read of a small file is in memory as a rule, and waiting for another thread takes
    /// longer than reading it.
    /// </summary>
    private static Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            return Task.FromResult(read());
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(Translate(exception));
        }
    }

    private static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        RunAsync(() => Task.FromResult(work()), cancellationToken);

    private static async Task RunAsync(Func<Task> work, CancellationToken cancellationToken) =>
        await RunAsync(
            async () =>
            {
                await work();
                return true;
            },
            cancellationToken);

    /// <summary>
    /// Runs off the caller's thread, as a disk blocks it, with its refusals made the contract's exception.
    /// </summary>
    private static async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (Exception exception) when (Translate(exception) is StorageException translated && translated != exception)
        {
            throw translated;
        }
    }

    private static Exception Translate(Exception exception) => exception switch
    {
        UnauthorizedAccessException => new StorageException("The process may not use the store's folder.", exception),
        IOException fault when Files.IsNoRoom(fault) =>
            new StorageException("There is no room left where the store's folder is.", exception),
        _ => exception,
    };
}
