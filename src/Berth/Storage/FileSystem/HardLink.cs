using System.Runtime.InteropServices;

namespace Berth.Storage.FileSystem;

/// <summary>A second name for a file's bytes, which .NET cannot make.</summary>
internal static partial class HardLink
{
    /// <exception cref="IOException">The two paths are on different file systems, or the file may not be linked.</exception>
    public static void Create(string existing, string path)
    {
        var isDone = OperatingSystem.IsWindows() ? CreateHardLink(path, existing, 0) : Link(existing, path) == 0;
        if (!isDone)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string existing, string path);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string path, string existing, nint attributes);
}
