using System.Buffers;

namespace Berth.Stores;

/// <summary>The bytes of one part, in segments that are rented as the bytes come.</summary>
internal sealed class PartBuffer(UploadBuffers owner) : IDisposable
{
    private readonly List<byte[]> _segments = [];
    private int _used; // bytes of the last segment that are filled
    private bool _disposed;

    public int Length { get; private set; }

    public bool IsFull => Length == owner.PartSize;

    public ReadOnlySequence<byte> Content
    {
        get
        {
            Segment? first = null, last = null;
            for (var i = 0; i < _segments.Count; i++)
            {
                var length = i == _segments.Count - 1 ? _used : _segments[i].Length;
                last = new Segment(_segments[i].AsMemory(0, length), last);
                first ??= last;
            }
            return first is null ? default : new(first, 0, last!, last!.Memory.Length);
        }
    }

    /// <summary>Copies as much as fits.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        if (IsFull)
        {
            return 0;
        }
        if (_segments.Count == 0 || _used == _segments[^1].Length)
        {
            _segments.Add(owner.RentSegment(isFirst: _segments.Count == 0));
            _used = 0;
        }
        var count = Math.Min(Math.Min(bytes.Length, _segments[^1].Length - _used), owner.PartSize - Length);
        bytes[..count].CopyTo(_segments[^1].AsSpan(_used));
        _used += count;
        Length += count;
        return count;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            owner.Return(_segments);
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
