using System.IO.Enumeration;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Walks the tree of objects in the order of their keys, only where keys can follow the one to list after.
/// </summary>
internal sealed class FileListing(string prefix, string? after, int limit, CancellationToken cancellationToken)
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
    };

    private readonly List<string> _keys = [];

    /// <summary>Lists the keys in a folder that begin with the prefix, each with the folder's key in front.</summary>
    public Page<string> List(string folder, string folderKey)
    {
        Walk(folder, folderKey);
        return new(_keys.Count > limit ? _keys[..limit] : _keys, _keys.Count > limit);
    }

    private void Walk(string folder, string folderKey)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var entries = new List<Entry>();
        Collect(folder, string.Empty, folderKey, entries);
        entries.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        foreach (var entry in entries)
        {
            if (_keys.Count > limit)
            {
                return;
            }

            if (entry.Folder is not null)
            {
                Walk(entry.Folder, entry.Key);
            }
            else if (_keys.Count == 0 || _keys[^1] != entry.Key)
            {
                // Equal only while a write replaces an object in pieces by one in a file.
                _keys.Add(entry.Key);
            }
        }
    }

    /// <summary>
    /// Adds what lies in one folder of the tree, with a slash behind folders: so they sort among the keys as the keys
    /// in
    /// them do (<c>a-b</c>, <c>a/b</c>, <c>a0</c>). A long name's components count as one folder.
    /// </summary>
    private void Collect(string folder, string begun, string folderKey, List<Entry> entries)
    {
        foreach (var (name, isFolder) in Read(folder))
        {
            var path = Path.Join(folder, name);
            var isPieces = isFolder && name.EndsWith(FileNames.CompositeSuffix, StringComparison.Ordinal);
            if (isFolder && name.EndsWith(FileNames.Continued))
            {
                Collect(path, $"{begun}{name}/", folderKey, entries);
                continue;
            }

            var encoded = begun + name;
            var segment = FileNames.TryDecodeSegment(isPieces ? encoded[..^FileNames.CompositeSuffix.Length] : encoded);
            if (segment is not null)
            {
                Add(entries, isFolder && !isPieces ? new(folderKey + segment + "/", path) : new(folderKey + segment, null));
            }
        }
    }

    private void Add(List<Entry> entries, Entry entry)
    {
        var follows = after is null
            || string.CompareOrdinal(entry.Key, after) > 0
            || (entry.Folder is not null && after.StartsWith(entry.Key, StringComparison.Ordinal));
        if (follows && entry.Key.StartsWith(prefix, StringComparison.Ordinal))
        {
            entries.Add(entry);
        }
    }

    private static List<(string Name, bool IsFolder)> Read(string folder)
    {
        try
        {
            return
            [
                .. new FileSystemEnumerable<(string, bool)>(
                    folder,
                    (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory),
                    Everything),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>A key, or for a folder what all keys in it begin with.</summary>
    private readonly record struct Entry(string Key, string? Folder);
}
