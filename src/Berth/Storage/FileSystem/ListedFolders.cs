using System.IO.Enumeration;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Reads the names in folders, and remembers those of large ones while nothing changes in them: a page of a listing then
/// costs a look at the folder's stamp instead of all its names.
/// </summary>
/// <remarks>
/// What is remembered decides nothing. A folder is read after its stamp was, at a time when any further change must give it
/// another one (<see cref="FolderClock"/>), and each use asks for the stamp again: where it is the same, nothing has changed
/// in between, by whichever process. Where that cannot be had, as the folder has changed this very moment or the system has
/// no such stamps, it is read each time.
/// </remarks>
/// <param name="stampOf">Reads a folder's stamp.</param>
/// <param name="hasPassed">Tells whether all further changes give a folder another stamp than this.</param>
/// <param name="capacity">The most memory for what is remembered, in bytes; a folder that takes more is not.</param>
internal sealed class ListedFolders(
    Func<string, FileStamp?> stampOf, Func<FileStamp, bool> hasPassed, long capacity)
{
    /// <summary>
    /// Folders of so many names are just read: it costs little more than a look at the stamp, and the many small ones of a
    /// walk would drive out the large.
    /// </summary>
    private const int FewNames = 128;

    private const int Turns = 64;

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
    };

    private readonly RecentFolders _known = new(capacity);
    private readonly Lock[] _turns = [.. Enumerable.Range(0, Turns).Select(_ => new Lock())];

    /// <summary>The memory that is taken, in bytes.</summary>
    public long Size => _known.Size;

    /// <summary>The names in a folder; where it is absent, none.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="from">The first names that are not less than this are wanted.</param>
    /// <param name="count">How many of them, at the least; all names of the folder may come.</param>
    public FolderNames Read(string folder, string from, int count)
    {
        var known = _known.Find(folder);
        if (known is null)
        {
            if (TryReadFew(folder) is { } few)
            {
                return few;
            }
        }
        else if (known.IsCurrent(stampOf))
        {
            return known.Names;
        }

        // One after the other: memory is for one reading, and who has waited may find what it needs.
        lock (_turns[(uint)StringComparer.Ordinal.GetHashCode(folder) % Turns])
        {
            return _known.Find(folder) is { } found && found.IsCurrent(stampOf)
                ? found.Names
                : ReadAll(folder, from, count);
        }
    }

    private static FolderNames? TryReadFew(string folder)
    {
        using var names = new NameCollector(string.Empty, FewNames, long.MaxValue);
        foreach (var continued in Collect(folder, string.Empty, names))
        {
            if (continued is not null || names.Count > FewNames)
            {
                return null;
            }
        }

        return names.ToNames();
    }

    private FolderNames ReadAll(string folder, string from, int count)
    {
        using var collector = new NameCollector(from, count, capacity);
        var stamps = new List<(string Path, FileStamp Stamp)>();
        var isLasting = ReadAll(folder, string.Empty, collector, stamps);
        var names = collector.ToNames();
        if (isLasting && collector.IsWhole)
        {
            _known.Put(folder, new(names, stamps));
        }

        return names;
    }

    /// <returns>Whether the stamps tell of every change from now on.</returns>
    private bool ReadAll(
        string folder, string begun, NameCollector names, List<(string Path, FileStamp Stamp)> stamps)
    {
        var isLasting = false;
        if (stampOf(folder) is { } stamp && hasPassed(stamp))
        {
            stamps.Add((folder, stamp));
            isLasting = true;
        }

        foreach (var continued in Collect(folder, begun, names))
        {
            if (continued is not null)
            {
                isLasting &= ReadAll(Path.Join(folder, continued), $"{begun}{continued}/", names, stamps);
            }
        }

        return isLasting;
    }

    /// <summary>Adds the names in one folder as it is enumerated.</summary>
    /// <param name="folder">The folder's path.</param>
    /// <param name="begun">What comes before, where these are the ends of long names.</param>
    /// <param name="names">Where the names go.</param>
    /// <returns>For each entry, its name where it is a folder in which a long name goes on.</returns>
    private static IEnumerable<string?> Collect(string folder, string begun, NameCollector names)
    {
        try
        {
            return new FileSystemEnumerable<string?>(
                folder, (ref entry) => Add(begun, entry.FileName, entry.IsDirectory, names), Everything);
        }
        catch (DirectoryNotFoundException)
        {
            return Array.Empty<string?>();
        }
    }

    private static string? Add(string begun, ReadOnlySpan<char> name, bool isFolder, NameCollector names)
    {
        if (isFolder && name.EndsWith(FileNames.Continued))
        {
            return name.ToString();
        }

        var isPieces = isFolder && name.EndsWith(FileNames.CompositeSuffix, StringComparison.Ordinal);
        var encoded = isPieces ? name[..^FileNames.CompositeSuffix.Length] : name;
        if (begun.Length == 0 && FileNames.IsPlain(encoded))
        {
            names.Add(encoded, isFolder && !isPieces);
        }
        else if (FileNames.TryDecodeSegment($"{begun}{encoded}") is { } segment)
        {
            names.Add(segment, isFolder && !isPieces);
        }

        return null;
    }
}
