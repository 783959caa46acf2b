namespace Berth.Storage.FileSystem;

/// <summary>
/// Walks the tree of objects in the order of their keys, only where keys can follow the one to list after.
/// </summary>
internal sealed class FileListing(
    ListedFolders folders, string prefix, string? after, int limit, CancellationToken cancellationToken)
{
    /// <summary>What no name has: behind a name, it is the least that follows it.</summary>
    private const char Least = '\0';

    private readonly List<string> _keys = new(limit + 1);

    /// <summary>Lists the keys in a folder that begin with the prefix.</summary>
    /// <param name="folder">The folder's path.</param>
    /// <param name="folderKey">The whole segments of the prefix.</param>
    public Page<string> List(string folder, string folderKey)
    {
        Walk(folder, folderKey, prefix[folderKey.Length..]);
        var more = _keys.Count > limit;
        if (more)
        {
            _keys.RemoveAt(limit);
        }

        return new(_keys, more);
    }

    private void Walk(string folder, string folderKey, string beginning)
    {
        if (FirstIn(folderKey) is not { } from)
        {
            return;
        }

        FolderNames names;
        from = string.CompareOrdinal(beginning, from) > 0 ? beginning : from;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            names = folders.Read(folder, from, limit + 1);
            for (var index = names.Find(from); index < names.Count; index++)
            {
                var name = names[index];
                if (_keys.Count > limit || !name.StartsWith(beginning, StringComparison.Ordinal))
                {
                    return;
                }

                if (name.EndsWith('/'))
                {
                    var path = Path.Join(folder, FileNames.EncodeSegment(name[..^1]));
                    Walk(path, folderKey + name, string.Empty);
                }
                else
                {
                    _keys.Add(folderKey + name);
                }
            }

            from = names.IsCut ? names[names.Count - 1] + Least : from;
        }
        while (names.IsCut);
    }

    /// <summary>
    /// The first name in a folder that may be, or hold, a key to list; <see langword="null"/> where none may.
    /// </summary>
    private string? FirstIn(string folderKey)
    {
        if (after is null || !after.StartsWith(folderKey, StringComparison.Ordinal))
        {
            return string.CompareOrdinal(after, folderKey) < 0 ? string.Empty : null;
        }

        var slash = after.IndexOf('/', folderKey.Length);
        return slash < 0 ? after[folderKey.Length..] + Least : after[folderKey.Length..(slash + 1)];
    }
}
