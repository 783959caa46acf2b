namespace Berth.Storage.FileSystem;

/// <summary>What was read of folders, and their stamps before it was.</summary>
/// <param name="Names">The names in the folder, all of them.</param>
/// <param name="Stamps">The folder's path and stamp, and those of the folders in which its long names go on.</param>
internal sealed record ListedFolder(FolderNames Names, IReadOnlyList<(string Path, FileStamp Stamp)> Stamps)
{
    /// <summary>About what one path and stamp take, in bytes.</summary>
    private const int StampSize = 256;

    /// <summary>The memory that this takes, in bytes.</summary>
    public long Size { get; } = Names.Size + Stamps.Sum(stamp => StampSize + ((long)sizeof(char) * stamp.Path.Length));

    /// <summary>Whether nothing has changed in the folder since.</summary>
    public bool IsCurrent(Func<string, FileStamp?> stampOf)
    {
        foreach (var (path, stamp) in Stamps)
        {
            if (stampOf(path) != stamp)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The folders that were used last, as many as fit.</summary>
/// <param name="capacity">How large they may be together, in bytes.</param>
internal sealed class RecentFolders(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Path, ListedFolder Folder)>> _folders =
        new(StringComparer.Ordinal);

    private readonly LinkedList<(string Path, ListedFolder Folder)> _order = [];

    /// <summary>How large they are together, in bytes.</summary>
    public long Size { get; private set; }

    public ListedFolder? Find(string path)
    {
        lock (_lock)
        {
            if (!_folders.TryGetValue(path, out var node))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddLast(node);
            return node.Value.Folder;
        }
    }

    /// <summary>Remembers a folder, in place of what was known of it; one that is larger than all may be is not.</summary>
    public void Put(string path, ListedFolder folder)
    {
        lock (_lock)
        {
            if (_folders.TryGetValue(path, out var known))
            {
                Drop(known);
            }

            if (folder.Size > capacity)
            {
                return;
            }

            _folders.Add(path, _order.AddLast((path, folder)));
            Size += folder.Size;
            while (Size > capacity)
            {
                Drop(_order.First!);
            }
        }
    }

    private void Drop(LinkedListNode<(string Path, ListedFolder Folder)> node)
    {
        _order.Remove(node);
        _folders.Remove(node.Value.Path);
        Size -= node.Value.Folder.Size;
    }
}
