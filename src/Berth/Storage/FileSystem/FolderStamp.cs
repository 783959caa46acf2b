using System.Runtime.InteropServices;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Which folder is at a path, and when it last changed: every name that is added, removed or replaced in it, by
/// whichever
/// process, is stamped with the file system's clock, and nobody can set the second of the two times.
/// </summary>
/// <param name="DeviceMajor">The first part of the device's number.</param>
/// <param name="DeviceMinor">The second part.</param>
/// <param name="Inode">The folder's number on it.</param>
/// <param name="Modified">When a name changed, in nanoseconds since 1970.</param>
/// <param name="Changed">When a name or anything else of the folder changed, in nanoseconds since 1970.</param>
internal readonly partial record struct FolderStamp(
    uint DeviceMajor, uint DeviceMinor, ulong Inode, long Modified, long Changed)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int AskTheServer = 0x2000; // AT_STATX_FORCE_SYNC: a network file system's own memory does not do
    private const uint InodeAndTimes = 0x100 | 0x80 | 0x40; // STATX_INO, STATX_CTIME, STATX_MTIME

    /// <summary>
    /// The stamp of what is at a path, or <see langword="null"/> where it is absent or cannot be asked: no other
    /// system's
    /// stamps are known to be exact.
    /// </summary>
    public static FolderStamp? TryRead(string path)
    {
        try
        {
            return OperatingSystem.IsLinux()
                && Statx(CurrentFolder, path, AskTheServer, InodeAndTimes, out var status) == 0
                && (status.Mask & InodeAndTimes) == InodeAndTimes
                    ? new(status.DeviceMajor, status.DeviceMinor, status.Inode, status.Modified.Total, status.Changed.Total)
                    : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Status status);

    /// <summary>The kernel's <c>struct statx_timestamp</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        private readonly long _seconds;
        private readonly uint _nanoseconds;
        private readonly int _reserved;

        public long Total => (_seconds * 1_000_000_000) + _nanoseconds;
    }

    /// <summary>What is needed of the kernel's <c>struct statx</c>, which is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(96)]
        public Time Changed;

        [FieldOffset(112)]
        public Time Modified;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
