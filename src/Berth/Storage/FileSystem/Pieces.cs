using System.Globalization;
using System.Text;

namespace Berth.Storage.FileSystem;

/// <summary>A run of an object's bytes, and the file that holds it at the same offset.</summary>
/// <param name="File">The file's path, or its bare name while only a list of pieces.</param>
/// <param name="Offset">Where the run begins, in the object and in the file.</param>
/// <param name="Length">The run's length in bytes, at least 1.</param>
internal readonly record struct Piece(string File, long Offset, long Length)
{
    public long End => Offset + Length;
}

/// <summary>What an object in pieces consists of: read from receipts, kept in the file <c>%index</c>.</summary>
internal static class Pieces
{
    /// <summary>A name that <see cref="FileNames"/> never makes, so no attempt's file has it.</summary>
    public const string IndexName = "%index";

    private const string Header = "berth pieces 1";

    /// <summary>What <see cref="IObjectStore.UploadPartAsync"/> returns: <c>attempt:offset:length</c>.</summary>
    public static string Receipt(string attempt, long offset, long length) =>
        string.Create(CultureInfo.InvariantCulture, $"{attempt}:{offset}:{length}");

    /// <summary>The pieces that receipts name, neighbours in one file joined.</summary>
    /// <exception cref="ArgumentException">The receipts leave a gap, overlap, or are not this store's.</exception>
    public static List<Piece> FromReceipts(IReadOnlyList<string> receipts)
    {
        var pieces = new List<Piece>();
        var end = 0L;
        foreach (var receipt in receipts)
        {
            var piece = Parse(receipt, nameof(receipts));
            if (piece.Offset != end)
            {
                throw NotReceipts(nameof(receipts));
            }

            Add(pieces, piece);
            end = pieces[^1].End;
        }

        return pieces;
    }

    /// <summary>The names of the files that receipts name, each once.</summary>
    /// <exception cref="ArgumentException">They are not this store's receipts.</exception>
    public static IEnumerable<string> FilesOf(IEnumerable<string> receipts) =>
        receipts.Select(receipt => Parse(receipt, nameof(receipts)).File).Distinct(StringComparer.Ordinal);

    /// <summary>The index file's content: a header, then one line <c>offset length name</c> for each piece.</summary>
    public static byte[] Write(IReadOnlyList<Piece> pieces)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var piece in pieces)
        {
            text.Append(CultureInfo.InvariantCulture, $"{piece.Offset} {piece.Length} {piece.File}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Reads an index file's content.</summary>
    /// <exception cref="StorageException">It is not one.</exception>
    public static List<Piece> Read(ReadOnlySpan<byte> index)
    {
        var lines = Encoding.ASCII.GetString(index).Split('\n');
        var pieces = new List<Piece>(lines.Length);
        var end = 0L;
        for (var line = 1; line < lines.Length - 1; line++)
        {
            var fields = lines[line].Split(' ');
            if (fields.Length != 3
                || !TryParseNumber(fields[0], out var offset)
                || !TryParseNumber(fields[1], out var length)
                || offset != end)
            {
                throw new StorageException($"Line {line + 1} of an object's index is damaged.") { IsDamage = true };
            }

            pieces.Add(new(fields[2], offset, length));
            end = offset + length;
        }

        return lines[0] == Header && lines[^1].Length == 0 && pieces.Count > 0
            ? pieces
            : throw new StorageException("An object's index is damaged.") { IsDamage = true };
    }

    /// <summary>The parts of pieces that lie in a range of the object.</summary>
    public static IEnumerable<Piece> Within(IEnumerable<Piece> pieces, long offset, long end) =>
        from piece in pieces
        let first = Math.Max(piece.Offset, offset)
        let last = Math.Min(piece.End, end)
        where first < last
        select piece with { Offset = first, Length = last - first };

    private static Piece Parse(string receipt, string parameter)
    {
        var fields = receipt.Split(':');
        return fields.Length == 3
            && TryParseNumber(fields[1], out var offset)
            && TryParseNumber(fields[2], out var length)
            && length > 0
            && fields[0].Length is > 0 and <= PartPosition.MaximumAttemptLength
            && fields[0].All(char.IsAsciiLetterOrDigit)
                ? new(FileNames.EncodeSegment(fields[0]), offset, length)
                : throw NotReceipts(parameter);
    }

    private static ArgumentException NotReceipts(string parameter) =>
        new("The receipts are not those of all parts in order.", parameter);

    private static void Add(List<Piece> pieces, Piece next)
    {
        if (pieces.Count > 0 && pieces[^1].File == next.File)
        {
            pieces[^1] = pieces[^1] with { Length = pieces[^1].Length + next.Length };
        }
        else
        {
            pieces.Add(next);
        }
    }

    private static bool TryParseNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
