using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Gathers the names in a folder as the system gives them, in no order, and sorts them. Where they are too many for memory
/// it
/// keeps those that were asked for.
/// </summary>
/// <param name="from">The names that must be kept: those not less than this,</param>
/// <param name="count">and of these the first so many.</param>
/// <param name="maximumSize">How large all names may get, in bytes of <see cref="FolderNames.Size"/>.</param>
internal sealed class NameCollector(string from, int count, long maximumSize) : IDisposable
{
    private readonly byte[] _from = Encoding.UTF8.GetBytes(from);
    private byte[] _text = ArrayPool<byte>.Shared.Rent(4096);
    private Name[] _names = ArrayPool<Name>.Shared.Rent(128);
    private int _length;
    private bool _isCut;

    /// <summary>The greatest name of those that are wanted, once so many were found and there is no room for more.</summary>
    private byte[]? _last;

    public int Count { get; private set; }

    /// <summary>Whether all names are here.</summary>
    public bool IsWhole { get; private set; } = true;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_text);
        ArrayPool<Name>.Shared.Return(_names);
    }

    public void Add(ReadOnlySpan<char> name, bool isFolder)
    {
        if (_length + Encoding.UTF8.GetMaxByteCount(name.Length) + 1 > _text.Length)
        {
            Grow(ref _text, _length);
        }

        if (Count == _names.Length)
        {
            Grow(ref _names, Count);
        }

        var length = Encoding.UTF8.GetBytes(name, _text.AsSpan(_length));
        if (isFolder)
        {
            _text[_length + length++] = (byte)'/';
        }

        if (!IsWhole && !IsWanted(_text.AsSpan(_length, length)))
        {
            return;
        }

        _names[Count++] = Name.Of(_text.AsSpan(_length, length), _length);
        _length += length;

        // Without room for all, twice the wanted ones gather before they are sorted: each name then costs little.
        if (IsWhole ? _length + (sizeof(int) * (long)Count) > maximumSize : Count >= 2 * count)
        {
            KeepWanted();
        }
    }

    /// <summary>What was gathered, in order, each name once.</summary>
    public FolderNames ToNames()
    {
        if (IsWhole)
        {
            Sort();
        }
        else
        {
            KeepWanted();
        }

        var names = _names.AsSpan(0, Count);
        var text = new byte[LengthOf(names)];
        Pack(names, text);
        var ends = new int[names.Length];
        for (var index = 0; index < ends.Length; index++)
        {
            ends[index] = names[index].Start + names[index].Length;
        }

        return new(text, ends, _isCut);
    }

    private static void Grow<T>(ref T[] array, int used)
    {
        var larger = ArrayPool<T>.Shared.Rent(2 * array.Length);
        array.AsSpan(0, used).CopyTo(larger);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }

    private bool IsWanted(ReadOnlySpan<byte> name)
    {
        if (name.SequenceCompareTo(_from) < 0)
        {
            return false;
        }

        var isBehind = _last is not null && name.SequenceCompareTo(_last) > 0;
        _isCut |= isBehind;
        return !isBehind;
    }

    private void KeepWanted()
    {
        IsWhole = false;
        Sort();
        var skipped = 0;
        while (skipped < Count && BytesOf(_names[skipped]).SequenceCompareTo(_from) < 0)
        {
            skipped++;
        }

        var wanted = Count - skipped;
        Count = Math.Min(wanted, count);
        _isCut |= wanted > Count;
        _last = Count == count ? BytesOf(_names[skipped + Count - 1]).ToArray() : null;
        _names.AsSpan(skipped, Count).CopyTo(_names);

        var names = _names.AsSpan(0, Count);
        var text = ArrayPool<byte>.Shared.Rent(Math.Max(LengthOf(names), 4096));
        _length = Pack(names, text);
        ArrayPool<byte>.Shared.Return(_text);
        _text = text;
    }

    /// <summary>
    /// Sorts the names and drops doubles, which an object has only while a write replaces it in pieces by one in a file.
    /// </summary>
    private void Sort()
    {
        _names.AsSpan(0, Count).Sort(new Order(_text));
        var kept = 0;
        for (var index = 0; index < Count; index++)
        {
            if (kept == 0 || !BytesOf(_names[index]).SequenceEqual(BytesOf(_names[kept - 1])))
            {
                _names[kept++] = _names[index];
            }
        }

        Count = kept;
    }

    /// <summary>Writes names one behind the other.</summary>
    /// <returns>How many bytes they are.</returns>
    private int Pack(Span<Name> names, Span<byte> text)
    {
        var length = 0;
        foreach (ref var name in names)
        {
            BytesOf(name).CopyTo(text[length..]);
            name = name with { Start = length };
            length += name.Length;
        }

        return length;
    }

    private static int LengthOf(ReadOnlySpan<Name> names)
    {
        var length = 0;
        foreach (var name in names)
        {
            length += name.Length;
        }

        return length;
    }

    private ReadOnlySpan<byte> BytesOf(Name name) => _text.AsSpan(name.Start, name.Length);

    /// <param name="Key">The first bytes, as a number that sorts as they do: it decides most comparisons.</param>
    /// <param name="Start">Where the name begins in the text.</param>
    /// <param name="Length">Its length in bytes.</param>
    private readonly record struct Name(ulong Key, int Start, int Length)
    {
        public static Name Of(ReadOnlySpan<byte> bytes, int start)
        {
            Span<byte> first = stackalloc byte[sizeof(ulong)];
            first.Clear();
            bytes[..Math.Min(bytes.Length, first.Length)].CopyTo(first);
            return new(BinaryPrimitives.ReadUInt64BigEndian(first), start, bytes.Length);
        }
    }

    private readonly struct Order(byte[] text) : IComparer<Name>
    {
        public int Compare(Name x, Name y) => x.Key != y.Key
            ? x.Key.CompareTo(y.Key)
            : text.AsSpan(x.Start, x.Length).SequenceCompareTo(text.AsSpan(y.Start, y.Length));
    }
}
