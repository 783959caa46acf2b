using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Writes the bytes of a part. Whole pages of a large one go past the system's cache (O_DIRECT), straight from memory to the disk:
/// copying them into fresh pages of the cache, and those to the disk, costs more than receiving and hashing them, and a flush at the
/// end would wait for all that the disk is behind. What is no whole page, or not aligned, takes the usual way, as does
/// everything where the file system knows no other.
/// </summary>
internal static partial class PartFile
{
    /// <summary>What offsets, lengths and addresses must be multiples of; every disk is content with it.</summary>
    private const int PageSize = 4096;

    /// <summary>Fewer bytes, in one place, are not worth waiting for the disk.</summary>
    private const int LeastUncached = 128 * 1024;

    private const int InvalidUnix = 22;
    private const int SetFlags = 4; // F_SETFL

    /// <summary>The flag O_DIRECT, which is not everywhere the same; 0 where it is not known.</summary>
    private static int Uncached => !OperatingSystem.IsLinux() ? 0 : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x4000,
        Architecture.Arm64 => 0x10000,
        _ => 0,
    };

    /// <summary>Writes bytes at an offset; they are durable after a flush.</summary>
    /// <param name="handle">A file that nobody else writes through this handle.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="offset">Where the first of them belongs.</param>
    /// <param name="cancellationToken">Ends the call between two writes.</param>
    public static void Write(
        SafeFileHandle handle, ReadOnlySequence<byte> content, long offset, CancellationToken cancellationToken)
    {
        foreach (var run in Cut(content, offset))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!run.IsPages || !TryWriteUncached(handle, run))
            {
                RandomAccess.Write(handle, run.Buffers, run.Offset);
                Writeback.Begin(handle, run.Offset, run.Length);
            }
        }
    }

    private static bool TryWriteUncached(SafeFileHandle handle, Run run)
    {
        if (run.Length < LeastUncached || Uncached == 0 || ControlFile(handle, SetFlags, Uncached) != 0)
        {
            return false;
        }

        try
        {
            RandomAccess.Write(handle, run.Buffers, run.Offset);
            return true;
        }
        catch (IOException exception) when (exception.HResult == InvalidUnix)
        {
            return false; // the disk has larger pages
        }
        finally
        {
            _ = ControlFile(handle, SetFlags, 0);
        }
    }

    /// <summary>Neighbours that are written alike.</summary>
    private static List<Run> Cut(ReadOnlySequence<byte> content, long offset)
    {
        var runs = new List<Run>();
        foreach (var buffer in content)
        {
            var pages = offset % PageSize == 0 && IsAligned(buffer.Span) ? buffer.Length / PageSize * PageSize : 0;
            Add(buffer[..pages], isPages: true);
            Add(buffer[pages..], isPages: false);
        }

        return runs;

        void Add(ReadOnlyMemory<byte> bytes, bool isPages)
        {
            if (bytes.IsEmpty)
            {
                return;
            }

            if (runs.Count == 0 || runs[^1].IsPages != isPages)
            {
                runs.Add(new(offset, isPages));
            }

            runs[^1].Add(bytes);
            offset += bytes.Length;
        }
    }

    private static unsafe bool IsAligned(ReadOnlySpan<byte> bytes) =>
        (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)) % PageSize == 0;

    /// <summary>
    /// The third argument is variadic, which makes no difference on Linux.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int ControlFile(SafeFileHandle file, int command, int flags);

    private sealed class Run(long offset, bool isPages)
    {
        private readonly List<ReadOnlyMemory<byte>> _buffers = [];

        public long Offset { get; } = offset;

        public bool IsPages { get; } = isPages;

        public long Length { get; private set; }

        public IReadOnlyList<ReadOnlyMemory<byte>> Buffers => _buffers;

        public void Add(ReadOnlyMemory<byte> bytes)
        {
            _buffers.Add(bytes);
            Length += bytes.Length;
        }
    }
}
