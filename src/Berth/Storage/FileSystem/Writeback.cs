using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Asks the system to begin writing what was written to a file. Linux keeps fresh bytes in memory for seconds; a flush at
/// the end of a large upload would then wait for all of it at once.
/// </summary>
internal static partial class Writeback
{
    private const uint Write = 2;

    /// <summary>Only a hint: nothing waits for it, and that it cannot be followed is no fault.</summary>
    public static void Begin(SafeFileHandle handle, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SyncFileRange(handle, offset, length, Write);
        }
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
