using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>Finds an object, which is a file or a folder of pieces, and opens it. Readers take no lock.</summary>
internal sealed class FileReader(FileTree tree)
{
    /// <summary>How many bytes of the content's SHA-256 make a version.</summary>
    private const int VersionSize = 16;

    /// <summary>A version of these bytes.</summary>
    public static string VersionOf(ReadOnlySpan<byte> content) => ToVersion(SHA256.HashData(content));

    /// <summary>An object's size in bytes, or <see langword="null"/> where there is none.</summary>
    public long? FindSize(string key)
    {
        using var found = Find(key);
        return found?.Size;
    }

    /// <summary>The version of an object, or <see langword="null"/> where there is none. Reads it whole.</summary>
    public string? FindVersion(string key)
    {
        using var stream = Open(key, 0, null);
        return stream is null ? null : ToVersion(SHA256.HashData(stream));
    }

    /// <summary>A stream over a range of an object, or <see langword="null"/> where there is none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is beyond the object's end.</exception>
    public PieceStream? Open(string key, long offset, long? length)
    {
        var found = Find(key);
        if (found is null)
        {
            return null;
        }

        try
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, found.Size);
            var count = Math.Min(length ?? long.MaxValue, found.Size - offset);
            return found.Handle is { } handle
                ? new PieceStream(handle, found.Pieces[0] with { Offset = offset, Length = count })
                : new PieceStream([.. Pieces.Within(found.Pieces, offset, offset + count)]);
        }
        catch (Exception exception)
        {
            found.Dispose();
            if (!Files.IsAbsence(exception))
            {
                throw;
            }

            // Deleted since its index was read. Were it still there, it would be damaged.
            return FindSize(key) is null
                ? null
                : throw new StorageException("A file of an object is missing.", exception) { IsDamage = true };
        }
    }

    /// <remarks>
    /// Looks for a file once more after looking for pieces: a write over an object in pieces puts its file there first
    /// and
    /// takes the pieces away then, and must not look like absence to whoever comes between.
    /// </remarks>
    private Found? Find(string key)
    {
        var path = tree.ObjectPath(key);
        return FindFile(path) ?? FindPieces(path + FileNames.CompositeSuffix) ?? FindFile(path);
    }

    private static Found? FindFile(string path)
    {
        if (Files.TryOpen(path) is not { } handle)
        {
            return null;
        }

        var size = RandomAccess.GetLength(handle);
        return new(size, [new(path, 0, size)], handle);
    }

    private static Found? FindPieces(string folder)
    {
        using var handle = Files.TryOpen(Path.Join(folder, Pieces.IndexName));
        if (handle is null)
        {
            return null;
        }

        var index = new byte[RandomAccess.GetLength(handle)];
        var length = RandomAccess.Read(handle, index, 0);
        var pieces = Pieces.Read(index.AsSpan(0, length));
        return new(
            pieces[^1].End, [.. pieces.Select(piece => piece with { File = Path.Join(folder, piece.File) })], null);
    }

    private static string ToVersion(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash[..VersionSize]);

    private sealed record Found(long Size, IReadOnlyList<Piece> Pieces, SafeFileHandle? Handle) : IDisposable
    {
        public void Dispose() => Handle?.Dispose();
    }
}
