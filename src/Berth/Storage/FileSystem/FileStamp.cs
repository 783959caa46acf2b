using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Which file or folder it is, and when it last changed: all that is written to a file, and every name that is added, removed or
/// replaced in a folder, by whichever process, is stamped with the file system's clock. Programs can set back when something was
/// written, as tar does, but not when it was changed.
/// </summary>
/// <param name="Device">The number of the file system.</param>
/// <param name="Inode">The file's number in it.</param>
/// <param name="Size">The file's size in bytes.</param>
/// <param name="Written">When its bytes or names were written last, in nanoseconds since 1970.</param>
/// <param name="Changed">When anything of it was changed last, in nanoseconds since 1970.</param>
internal readonly partial record struct FileStamp(ulong Device, ulong Inode, ulong Size, long Written, long Changed)
{
    private const long Second = 1_000_000_000;
    private const long Millisecond = 1_000_000;

    /// <summary>
    /// Longer than between two ticks of any clock by which files are stamped: 10 ms in Linux where a time has fractions of a
    /// millisecond, 2 s in the coarsest file system.
    /// </summary>
    private const long FineTick = 100 * Millisecond;
    private const long CoarseTick = 3 * Second;

    private const int CurrentFolder = -100; // AT_FDCWD
    private const int Itself = 0x1000; // AT_EMPTY_PATH
    private const int AskTheServer = 0x2000; // AT_STATX_FORCE_SYNC: a network file system's own memory does not do
    private const uint Wanted = 0x200 | 0x100 | 0x80 | 0x40; // STATX_SIZE, STATX_INO, STATX_CTIME, STATX_MTIME

    /// <summary>
    /// The stamp of an open file, or <see langword="null"/> where it cannot be had: only Linux's are known to be exact.
    /// </summary>
    public static FileStamp? Of(SafeFileHandle file)
    {
        var isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            return Read((int)file.DangerousGetHandle(), "", Itself);
        }
        finally
        {
            if (isHeld)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>As <see cref="Of"/>, of what is at a path; <see langword="null"/> where there is nothing, too.</summary>
    public static FileStamp? At(string path) => Read(CurrentFolder, path, flags: 0);

    /// <summary>
    /// Whether a change from now on will show: the last one is so long ago that another has a later time. (Else two in one tick of
    /// the clock look like one.)
    /// </summary>
    public bool IsSettled()
    {
        var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        return now - Changed > (Changed % Millisecond == 0 ? CoarseTick : FineTick);
    }

    private static FileStamp? Read(int folder, string path, int flags)
    {
        try
        {
            return OperatingSystem.IsLinux()
                && Statx(folder, path, flags | AskTheServer, Wanted, out var status) == 0
                && (status.Mask & Wanted) == Wanted
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

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Status status);

    /// <summary>What is needed of the kernel's <c>struct statx</c>, which is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public Time Changed;

        [FieldOffset(112)]
        public Time Written;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    /// <summary>The kernel's <c>struct statx_timestamp</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        private readonly long _seconds;
        private readonly uint _nanoseconds;
        private readonly int _padding;

        public long Nanoseconds => (_seconds * Second) + _nanoseconds;
    }
}
