using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Uploads in parts. Each attempt writes its parts into a file of its own, at their offsets in the object, so no
/// attempt
/// disturbs another and completing copies nothing: the one attempt's file, or else the whole folder with an index of
/// what
/// to read from which file, is renamed to the object's path.
/// </summary>
internal sealed class FileUploads(FileTree tree, FileReader reader, StripedLocks locks)
{
    /// <summary>Ends the name of an upload's folder once it takes no more parts.</summary>
    private const string ClosedSuffix = "%";

    /// <summary>Where an upload's folder keeps the key of the object to be: a name that no attempt's file has.</summary>
    private const string KeyName = "%key";

    public async Task<string> BeginAsync(string key)
    {
        var id = Guid.NewGuid().ToString("N");
        var temporary = tree.NewTemporary();
        try
        {
            // In one step with its key: a folder without one is nothing that a crash can leave.
            Directory.CreateDirectory(temporary);
            Files.Write(Path.Join(temporary, KeyName), Encoding.UTF8.GetBytes(key));
            DirectorySync.Flush(temporary);
            await tree.PlaceFolderAsync(temporary, Path.Join(tree.Uploads, id));
            return id;
        }
        finally
        {
            FileTree.Discard(temporary);
        }
    }

    /// <summary>The uploads whose folders are here, closed ones among them, in the order of their ids.</summary>
    public Page<UnfinishedUpload> List(string? after, int limit)
    {
        var uploads = new List<UnfinishedUpload>();
        var folders = Directory.EnumerateDirectories(tree.Uploads)
            .Select(path => (Id: Path.GetFileName(path).TrimEnd(ClosedSuffix[0]), Path: path))
            .Where(folder => FolderOf(folder.Id) is not null && string.CompareOrdinal(folder.Id, after) > 0)
            .OrderBy(folder => folder.Id, StringComparer.Ordinal);
        foreach (var (id, path) in folders)
        {
            if (ReadKey(path) is not { } key)
            {
                continue;
            }

            if (uploads.Count == limit)
            {
                return new(uploads, More: true);
            }

            uploads.Add(new(key, id));
        }

        return new(uploads, More: false);
    }

    public string WritePart(
        string uploadId, PartPosition part, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        var folder = FolderOf(uploadId) ?? throw Unknown();
        using var handle = OpenAttempt(Path.Join(folder, FileNames.EncodeSegment(part.Attempt)));
        PartFile.Write(handle, content, part.Offset, cancellationToken);
        return Files.FolderExists(folder)
            ? Pieces.Receipt(part.Attempt, part.Offset, content.Length)
            : throw Unknown();
    }

    /// <summary>Puts the files that receipts name, and their names, on the disk.</summary>
    public async Task FlushAsync(string uploadId, IReadOnlyList<string> receipts)
    {
        var folder = FolderOf(uploadId) ?? throw Unknown();
        if (!await TryFlushAsync(folder, receipts))
        {
            throw Unknown();
        }
    }

    public async Task CompleteAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        var pieces = Pieces.FromReceipts(receipts);
        var folder = FolderOf(uploadId) ?? throw Unknown();
        await TryFlushAsync(folder, receipts); // before the lock: it takes as long as the object is large
        FileTree.Discard(await locks.HoldAsync(key, () => CompleteAsync(key, folder, pieces), cancellationToken));
    }

    public async Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        if (FolderOf(uploadId) is not { } folder)
        {
            return;
        }

        var retired = await locks.HoldAsync(
            key, () => tree.Retire(folder) ?? tree.Retire(folder + ClosedSuffix), cancellationToken);
        FileTree.Discard(retired);
    }

    /// <returns><see langword="null"/> where the folder has gone meanwhile.</returns>
    private static string? ReadKey(string folder)
    {
        using var handle = Files.TryOpen(Path.Join(folder, KeyName));
        if (handle is null)
        {
            return null;
        }

        var bytes = new byte[RandomAccess.GetLength(handle)];
        return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(handle, bytes, 0));
    }

    private static StorageException Unknown() => new("There is no such upload, or it is complete or aborted.");

    /// <summary>Ids are this store's own, so that none leads elsewhere.</summary>
    private string? FolderOf(string uploadId) =>
        Guid.TryParseExact(uploadId, "N", out var id) ? Path.Join(tree.Uploads, id.ToString("N")) : null;

    /// <summary>
    /// Opens an attempt's file for its whole part, which is how <see cref="TryTrim"/> knows of it. The folder is
    /// never created here: where it is gone, so is the upload.
    /// </summary>
    private static SafeFileHandle OpenAttempt(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, Files.Shared);
        }
        catch (Exception exception) when (
            Files.IsAbsence(exception) || (exception is IOException fault && Files.IsSharingViolation(fault)))
        {
            throw Unknown();
        }

        if (File.Exists(path))
        {
            return handle;
        }

        // Completed between the opening of the file and its lock: it is an object now, and not to be written.
        handle.Dispose();
        throw Unknown();
    }

    /// <returns><see langword="false"/> when the upload is closed, or a file is not there.</returns>
    private static async Task<bool> TryFlushAsync(string folder, IReadOnlyList<string> receipts)
    {
        try
        {
            // Beside the files: both wait for the same turn of the file system's journal.
            var names = Task.Run(() => DirectorySync.Flush(folder));
            foreach (var name in Pieces.FilesOf(receipts))
            {
                using var handle = File.OpenHandle(
                    Path.Join(folder, name), FileMode.Open, FileAccess.ReadWrite, Files.Shared);
                RandomAccess.FlushToDisk(handle);
            }

            await names;
            return true;
        }
        catch (Exception exception) when (Files.IsAbsence(exception) || !Files.FolderExists(folder))
        {
            return false;
        }
    }

    /// <summary>Runs under the key's lock.</summary>
    /// <returns>A folder to discard.</returns>
    private async Task<string?> CompleteAsync(string key, string folder, List<Piece> pieces)
    {
        var closed = folder + ClosedSuffix;
        var isOpen = Files.FolderExists(folder);
        if (reader.FindSize(key) is not null)
        {
            // A call before this one made the object, and perhaps died before it could clean up.
            return isOpen
                ? throw new StorageException("There is an object at the upload's key already.")
                : tree.Retire(closed);
        }

        if (!isOpen && !Files.FolderExists(closed))
        {
            throw Unknown();
        }

        RequireParts(isOpen ? folder : closed, pieces);
        if (isOpen)
        {
            Directory.Move(folder, closed);
        }

        await AssembleAsync(key, closed, pieces);
        return tree.Retire(closed);
    }

    private async Task AssembleAsync(string key, string folder, List<Piece> pieces)
    {
        var file = Path.Join(folder, pieces.Count == 0 ? "%empty" : pieces[0].File);
        if (pieces.Count == 0)
        {
            Files.Write(file, []);
        }

        if (pieces.Count < 2 && TryTrim(file, pieces.Count == 0 ? 0 : pieces[0].End))
        {
            await tree.PlaceFileAsync(file, tree.ObjectPath(key));
            return;
        }

        foreach (var path in Directory.GetFiles(folder))
        {
            // The key stays: until the folder has moved, this is an unfinished upload.
            if (Path.GetFileName(path) is var name && name != KeyName && !pieces.Exists(piece => piece.File == name))
            {
                File.Delete(path);
            }
        }

        Files.Write(Path.Join(folder, Pieces.IndexName), Pieces.Write(pieces));
        DirectorySync.Flush(folder);
        await tree.PlaceFolderAsync(folder, tree.CompositePath(key));
    }

    /// <summary>
    /// Cuts a file to the object's size. <see langword="false"/> while a request that lost its upload to another still
    /// writes a part: the object then keeps an index, which ends it whatever that request adds to the file.
    /// </summary>
    private static bool TryTrim(string file, long size)
    {
        try
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            if (RandomAccess.GetLength(handle) > size)
            {
                RandomAccess.SetLength(handle, size);
                RandomAccess.FlushToDisk(handle);
            }

            return true;
        }
        catch (IOException exception) when (Files.IsSharingViolation(exception))
        {
            return false;
        }
    }

    private static void RequireParts(string folder, List<Piece> pieces)
    {
        foreach (var piece in pieces)
        {
            using var handle = Files.TryOpen(Path.Join(folder, piece.File));
            if (handle is null || RandomAccess.GetLength(handle) < piece.End)
            {
                throw new ArgumentException("A receipt names a part that was not uploaded.");
            }
        }
    }
}
