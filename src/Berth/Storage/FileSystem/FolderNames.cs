using System.Text;

namespace Berth.Storage.FileSystem;

/// <summary>
/// What lies in one folder, in the order of the keys: the names decoded, with a slash behind folders, so that they sort as
/// the keys in them do (<c>a-b</c>, <c>a/b</c>, <c>a0</c>). Kept as UTF-8, four bytes more for each name.
/// </summary>
internal sealed class FolderNames
{
    private readonly byte[] _text;
    private readonly int[] _ends;

    /// <param name="text">The names, one behind the other, in ascending order.</param>
    /// <param name="ends">Where each ends.</param>
    /// <param name="isCut">Whether more names follow in the folder.</param>
    public FolderNames(byte[] text, int[] ends, bool isCut)
    {
        _text = text;
        _ends = ends;
        IsCut = isCut;
    }

    /// <summary>Whether these are only the first names of those that were asked for.</summary>
    public bool IsCut { get; }

    public int Count => _ends.Length;

    /// <summary>The memory that this takes, in bytes.</summary>
    public long Size => _text.Length + (sizeof(int) * (long)_ends.Length);

    public string this[int index] => Encoding.UTF8.GetString(BytesOf(index));

    /// <summary>The index of the first name that is not less than a text.</summary>
    public int Find(string from)
    {
        var wanted = Encoding.UTF8.GetBytes(from);
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (BytesOf(middle).SequenceCompareTo(wanted) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private ReadOnlySpan<byte> BytesOf(int index) => _text.AsSpan((index == 0 ? 0 : _ends[index - 1]).._ends[index]);
}
