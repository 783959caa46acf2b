namespace Berth.Storage.FileSystem;

/// <summary>Somebody else's files, to read: each at its own path, and nothing written, created or locked.</summary>
/// <param name="root">The folder.</param>
public sealed class PlainFolder(string root) : IReadableObjects
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
    };

    private readonly string _root = Path.GetFullPath(root);

    /// <summary>Where a key's file is.</summary>
    /// <exception cref="ArgumentException">The key leads elsewhere.</exception>
    public string PathOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Split('/').Any(segment => segment is "" or "." or "..")
            ? throw new ArgumentException("A key of a folder has only names of files.", nameof(key))
            : Path.Join(_root, key);
    }

    /// <inheritdoc/>
    public Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken) =>
        Task.Run<ObjectInfo?>(
            () =>
            {
                using var handle = Files.TryOpen(PathOf(key));
                return handle is null ? null : new ObjectInfo(RandomAccess.GetLength(handle));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken) =>
        Task.Run<Stream?>(
            () =>
            {
                var path = PathOf(key);
                if (Files.TryOpen(path) is not { } handle)
                    return null;
                var size = RandomAccess.GetLength(handle);
                var begin = Math.Min(offset, size);
                return new PieceStream(handle, new(path, begin, Math.Min(length ?? long.MaxValue, size - begin)));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                var keys = new List<string>(limit + 1);
                var slash = prefix.LastIndexOf('/');
                var folder = slash < 0 ? _root : PathOf(prefix[..slash]);
                if (Directory.Exists(folder))
                    Walk(folder, prefix[..(slash + 1)], prefix, after, limit, keys, cancellationToken);
                return new Page<string>(keys.Count > limit ? keys[..limit] : keys, keys.Count > limit);
            },
            cancellationToken);

    /// <summary>
    /// Adds the keys below a folder that begin with the prefix in the order of the keys, until there is one more than the
    /// limit.
    /// </summary>
    private static void Walk(
        string folder, string folderKey, string prefix, string? after, int limit, List<string> keys,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Folders with the slash that follows them in keys, so that they sort as their keys do.
        var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Everything)
            .Select(entry => entry.Name + (Directory.Exists(entry.FullName) ? "/" : ""))
            .Where(entry => (folderKey + entry).StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (keys.Count > limit)
                return;
            var key = folderKey + entry;
            var follows = after is null || string.CompareOrdinal(key, after) > 0;
            if (!key.EndsWith('/'))
            {
                if (follows)
                    keys.Add(key);
            }
            else if (follows || after!.StartsWith(key, StringComparison.Ordinal))
            {
                Walk(Path.Join(folder, entry), key, prefix, after, limit, keys, cancellationToken);
            }
        }
    }
}
