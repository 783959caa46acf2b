using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Opening files so that only absence counts as absence: <c>File.Exists</c> is also false on a disk fault.
/// </summary>
internal static partial class Files
{
    /// <summary>Lets other handles read, write, rename and delete the file.</summary>
    public const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>How many buffers are handed to the system in one write.</summary>
    private const int MaximumBuffers = 256;

    private const int NoEntryUnix = 2;
    private const int NotDirectoryUnix = 20;
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;
    private const int NoSpaceUnix = 28;
    private const int QuotaLinux = 122;
    private const int QuotaMac = 69;
    private const int NoSpaceWindows = unchecked((int)0x80070070);
    private const int SharingViolationWindows = unchecked((int)0x80070020);

    /// <summary>Opens a file for reading, or returns <see langword="null"/> where there is none.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        if (IsAbsent(path))
        {
            return null;
        }

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

    /// <summary>Whether there is a folder.</summary>
    public static bool FolderExists(string path)
    {
        if (IsAbsent(path))
        {
            return false;
        }

        try
        {
            return File.GetAttributes(path).HasFlag(FileAttributes.Directory);
        }
        catch (Exception exception) when (IsAbsence(exception))
        {
            return false;
        }
    }

    /// <summary>
    /// Creates a file that does not exist yet, with its bytes on the disk; not yet its name in the folder.
    /// </summary>
    public static void Create(string path, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, Shared);
        Write(handle, content, 0, cancellationToken);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Writes a request's buffers, which may be small and many, in few system calls.</summary>
    /// <remarks>On the caller's thread: .NET would block another one of the pool for it.</remarks>
    public static void Write(
        SafeFileHandle handle, ReadOnlySequence<byte> content, long offset, CancellationToken cancellationToken)
    {
        foreach (var buffers in NonEmpty(content).Chunk(MaximumBuffers))
        {
            cancellationToken.ThrowIfCancellationRequested();
            RandomAccess.Write(handle, buffers, offset);
            offset += buffers.Sum(buffer => (long)buffer.Length);
        }
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

    /// <summary>
    /// Whether another handle, of this or another process, has the file open in a way that excludes this.
    /// </summary>
    public static bool IsSharingViolation(IOException exception) =>
        exception.HResult is WouldBlockLinux or WouldBlockMac or SharingViolationWindows;

    /// <summary>Whether the disk is full, or what its user may have of it is used up.</summary>
    public static bool IsNoRoom(IOException exception) =>
        exception.HResult is NoSpaceUnix or NoSpaceWindows
        || (OperatingSystem.IsMacOS() ? exception.HResult is QuotaMac : exception.HResult is QuotaLinux);

    /// <summary>
    /// Whether certainly nothing is there. .NET tells of absence by exceptions only, and the three that it takes to find that
    /// there is no object cost more than the rest of a read.
    /// </summary>
    private static bool IsAbsent(string path) =>
        !OperatingSystem.IsWindows()
        && Access(path, 0) != 0
        && Marshal.GetLastPInvokeError() is (NoEntryUnix or NotDirectoryUnix);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Access(string path, int mode);

    private static IEnumerable<ReadOnlyMemory<byte>> NonEmpty(ReadOnlySequence<byte> content)
    {
        foreach (var buffer in content)
        {
            if (!buffer.IsEmpty)
            {
                yield return buffer;
            }
        }
    }
}
