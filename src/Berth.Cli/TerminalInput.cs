using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Berth.Cli;

/// <summary>What a person types into the terminal.</summary>
/// <remarks>
/// Unlike <see cref="Console.ReadKey(bool)"/>, which shows what is typed before it is called and between two calls, as a paste
/// does, the terminal itself is told to show nothing, before the question is asked.
/// </remarks>
internal static class TerminalInput
{
    private const int StandardInput = 0;
    private const int WindowsStandardInput = -10;
    private const int Echo = 8;
    private const int WindowsEcho = 4;
    private const int Now = 0;

    /// <summary>More than any system's settings of a terminal take.</summary>
    private const int SettingsSize = 256;

    /// <summary>Where the local modes lie: behind three others, which are longer on macOS.</summary>
    private static readonly int ModesOffset = 3 * (OperatingSystem.IsMacOS() ? sizeof(ulong) : sizeof(uint));

    /// <summary>Reads lines as the terminal gives them: one at a time, after it was edited.</summary>
    public static TextReader Open() => OperatingSystem.IsWindows()
        ? Console.In
        : new StreamReader(
            new FileStream(new SafeFileHandle(StandardInput, ownsHandle: false), FileAccess.Read, bufferSize: 0),
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    /// <summary>Has the terminal not show what is typed, until the result is disposed of.</summary>
    /// <exception cref="IOException">The terminal cannot be told.</exception>
    public static IDisposable Hide()
    {
        if (OperatingSystem.IsWindows())
        {
            var handle = GetStdHandle(WindowsStandardInput);
            Check(GetConsoleMode(handle, out var mode) && SetConsoleMode(handle, mode & ~WindowsEcho));
            return new Restoring(() => SetConsoleMode(handle, mode));
        }
        var before = new byte[SettingsSize];
        Check(tcgetattr(StandardInput, before) == 0);
        var hidden = (byte[])before.Clone();
        var modes = hidden.AsSpan(ModesOffset);
        var value = MemoryMarshal.Read<int>(modes) & ~Echo;
        MemoryMarshal.Write(modes, in value);
        Check(tcsetattr(StandardInput, Now, hidden) == 0);
        return new Restoring(() => _ = tcsetattr(StandardInput, Now, before));
    }

    private static void Check(bool done)
    {
        if (!done)
            throw new IOException("the terminal cannot be told to hide what is typed", new Win32Exception());
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int tcgetattr(int file, byte[] settings);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int tcsetattr(int file, int when, byte[] settings);

    [DllImport("kernel32"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetStdHandle(int number);

    [DllImport("kernel32", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool GetConsoleMode(nint handle, out int mode);

    [DllImport("kernel32", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool SetConsoleMode(nint handle, int mode);

    private sealed class Restoring(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }
}
