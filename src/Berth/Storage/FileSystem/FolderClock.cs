using System.Runtime.InteropServices;

namespace Berth.Storage.FileSystem;

/// <summary>The clock that a file system stamps folders with, read from a file on it.</summary>
/// <remarks>
/// It is none of the process's clocks: it ticks every few milliseconds on a disk, every second or two on some file
/// systems, and is the server's on a network. Two changes within one tick have one stamp.
/// </remarks>
/// <param name="path">An empty file of the store's own, made where it is absent.</param>
/// <param name="stampOf">Reads the stamp of what is at a path.</param>
internal sealed partial class FolderClock(string path, Func<string, FileStamp?> stampOf)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const long Second = 1_000_000_000;

    /// <summary>
    /// Whether the clock has moved on since a folder was stamped, so that whatever changes in it from now on gives it
    /// another stamp.
    /// </summary>
    /// <remarks>
    /// Only a clock that is set back could stamp the same time again, and only by meeting the same nanosecond. Where times
    /// are whole seconds that is no remote chance, so that such a stamp is never passed.
    /// </remarks>
    public bool HasPassed(FileStamp stamp) => stamp.Changed % Second != 0 && Read() > stamp.Changed;

    /// <returns><see langword="null"/> where the file can be neither touched nor made.</returns>
    private long? Read()
    {
        if (TouchFile(CurrentFolder, path, times: 0, flags: 0) != 0 && !TryCreate())
        {
            return null;
        }

        return stampOf(path)?.Changed;
    }

    private bool TryCreate()
    {
        try
        {
            File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, Files.Shared).Dispose();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // a disk that takes no writes; its folders can be read all the same
        }
    }

    /// <summary>Without times it is stamped with the present.</summary>
    [LibraryImport("libc", EntryPoint = "utimensat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int TouchFile(int folder, string path, nint times, int flags);
}
