using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Which file it is, and when it was last changed: as long as two of these are equal, nobody has written to the file in between.
/// Programs can set back when a file was written, as tar does, but not when it was changed.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file's number in it.</param>
/// <param name="Size">The file's size in bytes.</param>
/// <param name="Written">When its bytes were written last, in nanoseconds since 1970.</param>
/// <param name="Changed">When anything of it was changed last, in nanoseconds since 1970, by the clock of the file system.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode, ulong Size, long Written, long Changed)
{
    private const long Second = 1_000_000_000;
    private const long Millisecond = 1_000_000;

    /// <summary>
    /// Longer than between two ticks of any clock by which files are stamped: 10 ms in Linux where a time has fractions of a
    /// millisecond, 2 s in the coarsest file system.
    /// </summary>
    private const long FineTick = 100 * Millisecond;
    private const long CoarseTick = 3 * Second;

    private const int ItselfFlag = 0x1000;
    private const uint WantedFields = 0x3c0;

    /// <summary>The identity of an open file, or <see langword="null"/> where the system does not tell it.</summary>
    public static FileIdentity? Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            return Statx(file, "", ItselfFlag, WantedFields, out var status) == 0
                && (status.Fields & WantedFields) == WantedFields
                ? new(
                    ((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode, status.Size,
                    status.Written.Nanoseconds, status.Changed.Nanoseconds)
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // a C library older than the call
        }
    }

    /// <summary>
    /// Whether a change from now on will show: the last one is so long ago that another has a later time. (Else two in one tick of
    /// the clock look like one.)
    /// </summary>
    public bool IsSettled()
    {
        var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        return now - Changed > (Changed % Millisecond == 0 ? CoarseTick : FineTick);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint fields, out FileStatus status);

    /// <summary>The system's <c>struct statx</c>, which is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(0)]
        public uint Fields;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public FileTime Changed;

        [FieldOffset(112)]
        public FileTime Written;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct FileTime
    {
        private readonly long _seconds;
        private readonly uint _nanoseconds;
        private readonly int _padding;

        public long Nanoseconds => (_seconds * Second) + _nanoseconds;
    }
}
