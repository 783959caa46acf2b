using System.Runtime.InteropServices;

namespace Berth.Benchmarks.Load;

/// <summary>Linux's poll, recv and send on the handles of sockets: what the client costs is taken from the server's share of the
/// machine, and .NET's own asynchronous sockets cost several times as much.</summary>
internal static partial class Poll
{
    /// <summary>POLLIN: there is something to read, or the other side has closed.</summary>
    public const short Readable = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct Entry
    {
        public int Handle;
        public short Wanted;
        public short Found;
    }

    /// <summary>Waits until one of the entries has what it wants.</summary>
    /// <returns>How many have; 0 when the time was over.</returns>
    public static unsafe int Wait(Span<Entry> entries, int milliseconds)
    {
        fixed (Entry* first = entries)
            return WaitNative(first, (nuint)entries.Length, milliseconds);
    }

    /// <returns>Bytes read; 0 when the other side has closed, -1 after an error.</returns>
    public static unsafe int Receive(int handle, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
            return (int)ReceiveNative(handle, first, (nuint)buffer.Length, 0);
    }

    /// <returns>Bytes sent, or -1 after an error.</returns>
    public static unsafe int Send(int handle, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
            return (int)SendNative(handle, first, (nuint)bytes.Length, NoSignal);
    }

    private const int NoSignal = 0x4000;

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int WaitNative(Entry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static unsafe partial nint ReceiveNative(int handle, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    private static unsafe partial nint SendNative(int handle, byte* bytes, nuint length, int flags);
}
