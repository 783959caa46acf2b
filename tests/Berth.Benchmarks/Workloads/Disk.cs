using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Berth.Benchmarks.Workloads;

/// <summary>The disk below the registries, and what the machine itself takes for the bytes of a push.</summary>
internal static partial class Disk
{
    /// <summary>Waits until everything written is on the disk: what one side left unwritten shall not slow the next.</summary>
    [LibraryImport("libc", EntryPoint = "sync")]
    public static partial void Flush();

    /// <summary>Hashes a blob and writes it to a file, with an fsync at the end.</summary>
    /// <param name="payload">The blob.</param>
    /// <param name="path">The file, which is removed again.</param>
    /// <param name="overlapped">Both at the same time, on two processors; else one after the other.</param>
    public static TimeSpan HashAndWrite(Payload payload, string path, bool overlapped)
    {
        var began = Stopwatch.GetTimestamp();
        var hashing = new Thread(() => Hash(payload));
        hashing.Start();
        if (!overlapped)
            hashing.Join();
        using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            foreach (var piece in payload.PiecesOf(1 << 20))
                file.Write(piece.Span);
            file.Flush(flushToDisk: true);
        }

        hashing.Join();
        var took = Stopwatch.GetElapsedTime(began);
        File.Delete(path);
        return took;
    }

    private static void Hash(Payload payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var block in payload.Blocks)
            hash.AppendData(block.Span);
        hash.GetHashAndReset();
    }
}
