using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>Opening files so that only absence counts as absence: <c>File.Exists</c> is also false on a disk fault.</summary>
internal static class Files
{
    /// <summary>Lets other handles read, write, rename and delete the file.</summary>
    public const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;
    private const int SharingViolationWindows = unchecked((int)0x80070020);

    /// <summary>Opens a file for reading, or returns <see langword="null"/> where there is none.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, Shared, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (IsAbsence(exception))
        {
            return null;
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            // What an attempt to open a directory throws: the path is not an object's but the beginning of others.
            return null;
        }
    }

    /// <summary>Creates a file that does not exist yet, with its bytes on the disk; not yet its name in the folder.</summary>
    public static async Task CreateAsync(string path, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        using var handle = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.Write, Shared, FileOptions.Asynchronous);
        var offset = 0L;
        foreach (var buffer in content)
        {
            await RandomAccess.WriteAsync(handle, buffer, offset, cancellationToken);
            offset += buffer.Length;
        }

        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Creates or overwrites a file, with its bytes on the disk; not yet its name in the folder.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, Shared);
        RandomAccess.Write(handle, content, 0);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Whether a file or a directory on the way to it is not there.</summary>
    public static bool IsAbsence(Exception exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException;

    /// <summary>Whether another handle, of this or another process, has the file open in a way that excludes this.</summary>
    public static bool IsSharingViolation(IOException exception) =>
        exception.HResult is WouldBlockLinux or WouldBlockMac or SharingViolationWindows;
}
