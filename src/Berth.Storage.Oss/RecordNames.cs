using System.Text;

namespace Berth.Storage.Oss;

/// <summary>
/// Where generations of records are: <c>records/{partition}/{row}#{generation}</c>. The mark between is below all that a
/// row is written with, so that rows are listed in their order, each with its generations together.
/// </summary>
internal sealed class RecordNames(string folder)
{
    private const string Folder = "records/";

    private const char EndOfRow = '#';

    /// <summary>Stands before a character that is not above <see cref="EndOfRow"/>, or is itself this one.</summary>
    private const char Mark = '$';

    /// <summary>What is added to a marked character: it is then a printable one.</summary>
    private const int Shift = 0x40;

    /// <summary>What names of all rows of a partition begin with, and of all partitions below a root.</summary>
    public string Below(string partition) => OssNames.Encode(folder, $"{Folder}{partition}/");

    /// <summary>What names of all generations of a record begin with.</summary>
    public string Record(RecordKey key) => OssNames.Encode(folder, $"{Folder}{key.Partition}/{Encode(key.Row)}{EndOfRow}");

    /// <summary>The name of a generation.</summary>
    public string Of(RecordKey key, Generation generation) => Record(key) + generation.Suffix;

    /// <summary>A mark behind all generations of a record, and before the next one's.</summary>
    public string Behind(RecordKey key) => Record(key) + '~';

    /// <summary>The record and the generation's suffix of a name; <see langword="null"/> where it is not ours.</summary>
    public (RecordKey Key, string Suffix)? Parse(string name)
    {
        if (OssNames.Decode(folder, name) is not { } key || !key.StartsWith(Folder, StringComparison.Ordinal))
            return null;
        var slash = key.LastIndexOf('/');
        var end = key.IndexOf(EndOfRow, slash + 1);
        return slash < Folder.Length || end < 0 || Decode(key[(slash + 1)..end]) is not { } row
            ? null : (new(key[Folder.Length..slash], row), key[(end + 1)..]);
    }

    private static string Encode(string row)
    {
        var encoded = new StringBuilder(row.Length);
        foreach (var character in row)
        {
            if (character > Mark)
                encoded.Append(character);
            else
                encoded.Append(Mark).Append((char)(character + Shift));
        }

        return encoded.ToString();
    }

    private static string? Decode(string encoded)
    {
        var row = new StringBuilder(encoded.Length);
        for (var at = 0; at < encoded.Length; at++)
        {
            if (encoded[at] != Mark)
                row.Append(encoded[at]);
            else if (++at < encoded.Length)
                row.Append((char)(encoded[at] - Shift));
        }

        var decoded = row.ToString();
        return decoded.Length > 0 && Encode(decoded) == encoded ? decoded : null;
    }
}
