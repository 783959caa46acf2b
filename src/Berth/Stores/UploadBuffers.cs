using System.Buffers;

namespace Berth.Stores;

/// <summary>Memory for the parts of all uploads of this process: whoever finds none left waits for another's.</summary>
internal sealed class UploadBuffers(long totalSize, int partSize) : IDisposable
{
    private readonly SemaphoreSlim _parts = new((int)Math.Max(1, totalSize / partSize));

    /// <summary>The size of a whole part, in bytes.</summary>
    public int PartSize { get; } = partSize;

    public async Task<PartBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _parts.WaitAsync(cancellationToken);
        return new PartBuffer(PartSize, this);
    }

    public void Return() => _parts.Release();

    public void Dispose() => _parts.Dispose();
}

/// <summary>The bytes of one part, in segments that are rented as the bytes come.</summary>
internal sealed class PartBuffer(int capacity, UploadBuffers owner) : IDisposable
{
    private const int FirstSegment = 16 * 1024;
    private const int NextSegment = 256 * 1024;

    private readonly List<byte[]> _segments = [];
    private int _used; // bytes of the last segment that are filled
    private bool _disposed;

    public int Length { get; private set; }

    public bool IsFull => Length == capacity;

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
            _segments.Add(ArrayPool<byte>.Shared.Rent(_segments.Count == 0 ? FirstSegment : NextSegment));
            _used = 0;
        }
        var count = Math.Min(Math.Min(bytes.Length, _segments[^1].Length - _used), capacity - Length);
        bytes[..count].CopyTo(_segments[^1].AsSpan(_used));
        _used += count;
        Length += count;
        return count;
    }

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

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        foreach (var segment in _segments)
        {
            ArrayPool<byte>.Shared.Return(segment);
        }
        _segments.Clear();
        owner.Return();
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
