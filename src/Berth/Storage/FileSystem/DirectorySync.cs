using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Makes a directory's entries survive a crash of the machine. POSIX promises a created, renamed or deleted name only
/// after an fsync of its directory, which .NET cannot open. Windows has no such call and needs none.
/// </summary>
internal static partial class DirectorySync
{
    private const int CloseOnExecLinux = 0x80000;
    private const int CloseOnExecMac = 0x1000000;

    /// <exception cref="IOException">The directory is absent, or the disk failed.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, OperatingSystem.IsMacOS() ? CloseOnExecMac : CloseOnExecLinux);
        if (descriptor < 0)
        {
            throw new IOException($"A directory cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>
    /// Read-only is flag 0 everywhere; the third, variadic argument is only for files that are created.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);
}
