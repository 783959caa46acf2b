using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Berth.EndToEnd.Tests.Content;

/// <summary>One layer of an image: a tar of a few files, and its compressed form.</summary>
/// <param name="Tar">The files.</param>
/// <param name="Blob">What is pushed.</param>
/// <param name="MediaType">The form of the blob.</param>
public sealed record Layer(byte[] Tar, byte[] Blob, string MediaType)
{
    private const int ZstdBlockSize = 128 * 1024;

    public static Layer Gzip(string name, int size)
    {
        var tar = CreateTar(name, size);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar);
        return new(tar, compressed.ToArray(), Content.MediaType.GzipLayer);
    }

    public static Layer Zstd(string name, int size)
    {
        var tar = CreateTar(name, size);
        return new(tar, FrameAsZstd(tar), Content.MediaType.ZstdLayer);
    }

    /// <summary>The tar that a client made a blob of, whichever way it compresses.</summary>
    public static byte[] Decompress(byte[] blob)
    {
        if (blob is not [0x1f, 0x8b, ..])
            return blob;
        using var gzip = new GZipStream(new MemoryStream(blob), CompressionMode.Decompress);
        using var tar = new MemoryStream();
        gzip.CopyTo(tar);
        return tar.ToArray();
    }

    private static byte[] CreateTar(string name, int size)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            Write(tar, new(TarEntryType.Directory, "opt/"), Execute);
            Write(tar, new(TarEntryType.RegularFile, $"opt/{name}.txt") { DataStream = Text($"layer {name}\n") }, Read);
            Write(tar, new(TarEntryType.RegularFile, $"opt/{name}.bin") { DataStream = Random(size) }, Read);
            Write(tar, new(TarEntryType.SymbolicLink, $"opt/{name}.link") { LinkName = $"{name}.txt" }, Execute);
        }

        return stream.ToArray();
    }

    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;

    private const UnixFileMode Execute = Read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute
        | UnixFileMode.OtherExecute;

    private static void Write(TarWriter tar, UstarTarEntry entry, UnixFileMode mode)
    {
        entry.Mode = mode;
        entry.ModificationTime = DateTimeOffset.UnixEpoch.AddYears(50);
        tar.WriteEntry(entry);
    }

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes that no other run pushes, so that no client's cache knows them.</summary>
    private static MemoryStream Random(int size) => new(RandomNumberGenerator.GetBytes(size));

    /// <summary>RFC 8878 in its simplest form: one frame of known size, in blocks that are not compressed.</summary>
    private static byte[] FrameAsZstd(byte[] content)
    {
        using var frame = new MemoryStream();
        Span<byte> header = stackalloc byte[9];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xFD2FB528);
        header[4] = 0b1010_0000; // a size of four bytes, a single segment, no checksum
        BinaryPrimitives.WriteInt32LittleEndian(header[5..], content.Length);
        frame.Write(header);
        Span<byte> blockHeader = stackalloc byte[4];
        for (var at = 0; at < content.Length; at += ZstdBlockSize)
        {
            var block = content.AsSpan(at, Math.Min(ZstdBlockSize, content.Length - at));
            var isLast = at + block.Length == content.Length ? 1 : 0;
            BinaryPrimitives.WriteInt32LittleEndian(blockHeader, (block.Length << 3) | isLast);
            frame.Write(blockHeader[..3]);
            frame.Write(block);
        }

        return frame.ToArray();
    }
}
