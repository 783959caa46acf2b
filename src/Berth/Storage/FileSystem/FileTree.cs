using System.Collections.Concurrent;

namespace Berth.Storage.FileSystem;

/// <summary>
/// The folders of a store below its root, and the moves between them that survive a crash. All must be one file system.
/// </summary>
/// <remarks>
/// <code>
/// store/    {key, encoded}            an object: its bytes
///           {key, encoded}%+/         an object in pieces: the files of its upload, %key among them, and %index
/// uploads/  {id}/%key                 the key of the object that it is to become
///           {id}/{attempt, encoded}   the parts that one attempt has sent, each at its offset in the object
///           {id}%                     the same, closed: being completed
/// tmp/      {random}                  files not yet renamed into store/, folders no longer wanted
/// locks/    00 … ff                   empty files to lock
///           clock                     an empty file to read the file system's clock from
/// </code>
/// </remarks>
internal sealed class FileTree
{
    /// <summary>Above this many the folders known to be durable are forgotten, to bound memory.</summary>
    private const int MaximumKnown = 10_000;

    /// <summary>Whatever has lain in tmp/ for so long has no writer.</summary>
    private static readonly TimeSpan TemporaryLifetime = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly SharedFlushes _flushes = new(DirectorySync.Flush);
    private readonly string _root;
    private readonly string _temporaries;

    public FileTree(string root)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        Objects = Path.Join(_root, "store");
        Uploads = Path.Join(_root, "uploads");
        Locks = Path.Join(_root, "locks");
        _temporaries = Path.Join(_root, "tmp");
        CreateRoot();
        foreach (var folder in new[] { Objects, Uploads, Locks, _temporaries })
        {
            Directory.CreateDirectory(folder);
            _known.TryAdd(folder, true);
        }

        DirectorySync.Flush(_root);
        Sweep();
    }

    public string Objects { get; }

    public string Uploads { get; }

    public string Locks { get; }

    /// <summary>The file of a <see cref="FolderClock"/>.</summary>
    public string Clock => Path.Join(Locks, "clock");

    public string ObjectPath(string key) => Path.Join(Objects, FileNames.EncodeKey(key));

    public string CompositePath(string key) => ObjectPath(key) + FileNames.CompositeSuffix;

    public string NewTemporary() => Path.Join(_temporaries, Guid.NewGuid().ToString("N"));

    /// <summary>Renames a file, whose bytes are on the disk, over what may be at the path; durable on return.</summary>
    public async Task PlaceFileAsync(string source, string path)
    {
        await EnsureFolderOfAsync(path);
        File.Move(source, path, overwrite: true);
        await _flushes.FlushAsync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Gives a file a second name, where nothing is; bytes and name are durable on return.</summary>
    public async Task LinkFileAsync(string source, string path)
    {
        await EnsureFolderOfAsync(path);
        try
        {
            // A link of a symbolic link would stay one, and be nothing once the file is gone.
            HardLink.Create(File.ResolveLinkTarget(source, returnFinalTarget: true)?.FullName ?? source, path);
        }
        catch (IOException exception)
        {
            throw new StorageException($"{source} cannot be linked into {_root}: {exception.Message}.", exception);
        }

        // Whoever wrote the file need not have. Windows flushes only what is open for writing.
        using (var handle = File.OpenHandle(
            path, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read, Files.Shared))
        {
            RandomAccess.FlushToDisk(handle);
        }

        await _flushes.FlushAsync(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// Renames a folder, whose entries are on the disk, to a path where nothing is; durable on return.
    /// </summary>
    public async Task PlaceFolderAsync(string source, string path)
    {
        await EnsureFolderOfAsync(path);
        Directory.Move(source, path);
        await _flushes.FlushAsync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Creates the folder of a path and its parents, and makes their names durable up to the root.</summary>
    /// <remarks>
    /// A folder that is there may have been made by a process that has not flushed it yet, so each is flushed once by
    /// each process. Folders below store/ are never deleted.
    /// </remarks>
    public Task EnsureFolderOfAsync(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        return _known.ContainsKey(folder) ? Task.CompletedTask : MakeAsync(folder);
    }

    /// <summary>Deletes a file, where it is; durable on return.</summary>
    public static void RemoveFile(string path)
    {
        try
        {
            File.Delete(path);
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
        }
        catch (DirectoryNotFoundException)
        {
            // Nor is anything in it.
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            // The path is not an object's but the beginning of others.
        }
    }

    /// <summary>Takes a folder out of sight in one step, under the key's lock; durable on return.</summary>
    /// <returns>Where it is now, for <see cref="Discard"/>, or <see langword="null"/> when there was none.</returns>
    public string? Retire(string path)
    {
        // Not left to the move to find out: the first rename of a process that fails is reported by .NET 10 with an
        // error number that is not the rename's.
        if (!Files.FolderExists(path))
        {
            return null;
        }

        var temporary = NewTemporary();
        Directory.Move(path, temporary);
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
        return temporary;
    }

    /// <summary>
    /// Frees the space of a temporary file or a retired folder; what remains after a fault is swept later.
    /// </summary>
    public static void Discard(string? path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else if (path is not null)
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nobody sees it, and the call that left it has done what it promised.
        }
    }

    /// <summary>
    /// Creates the root where it is absent. Folders above one that exists are their owner's to flush.
    /// </summary>
    private void CreateRoot()
    {
        var created = new Stack<string>();
        var folder = _root;
        while (folder is not null && !Directory.Exists(folder))
        {
            created.Push(folder);
            folder = Path.GetDirectoryName(folder);
        }

        Directory.CreateDirectory(_root);
        foreach (var path in created)
        {
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
        }

        _known.TryAdd(_root, true);
    }

    private async Task MakeAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var made = new List<string>();
        for (var child = folder; !_known.ContainsKey(child); child = Path.GetDirectoryName(child)!)
        {
            made.Add(child);
        }

        await Task.WhenAll(made.Select(child => _flushes.FlushAsync(Path.GetDirectoryName(child)!)));
        if (_known.Count >= MaximumKnown)
        {
            _known.Clear();
            _known.TryAdd(_root, true);
        }

        made.ForEach(child => _known.TryAdd(child, true));
    }

    private void Sweep()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(_temporaries))
        {
            if (TimeProvider.System.GetUtcNow() - File.GetLastWriteTimeUtc(path) > TemporaryLifetime)
            {
                Discard(path);
            }
        }
    }
}
