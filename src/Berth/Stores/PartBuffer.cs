using System.Buffers;

namespace Berth.Stores;

/// <summary>The bytes of one part, in segments that are rented as the bytes come.</summary>
internal sealed class PartBuffer(UploadBuffers buffers) : IDisposable
{
    private readonly List<ArraySegment<byte>> _segments = [];
    private int _capacity;
    private int _taken; // segments out of the budget
    private bool _disposed;

    public int Length { get; private set; }

    public bool IsFull => Length == buffers.PartSize;

    /// <summary>Whether there is no room for another byte before <see cref="GrowAsync"/>.</summary>
    public bool NeedsGrowth => Length == _capacity && !IsFull;

    private int LastLength => _segments[^1].Count - (_capacity - Length);

    /// <summary>The bytes of two buffers, either of which may be missing, one after the other.</summary>
    public static ReadOnlySequence<byte> Join(PartBuffer? one, PartBuffer? other)
    {
        Segment? first = null, last = null;
        foreach (var buffer in new[] { one, other }.OfType<PartBuffer>())
        {
            for (var i = 0; i < buffer._segments.Count; i++)
            {
                var segment = buffer._segments[i];
                last = new(segment.AsMemory(0, i == buffer._segments.Count - 1 ? buffer.LastLength : segment.Count), last);
                first ??= last;
            }
        }
        return first is null ? default : new(first, 0, last!, last!.Memory.Length);
    }

    /// <summary>Gets room for more bytes.</summary>
    /// <param name="isAlone">Whether its upload holds no other part, and so has its allowance left for this one.</param>
    /// <param name="patience">How long to wait for memory.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns><see langword="false"/> when there was no memory for so long.</returns>
    public async Task<bool> GrowAsync(bool isAlone, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_capacity >= (isAlone ? buffers.Allowance : Math.Min(buffers.Allowance, UploadBuffers.SmallSegments)))
        {
            if (!await buffers.TakeAsync(patience, cancellationToken))
            {
                return false;
            }
            _taken++;
        }
        var segment = buffers.Rent(_segments.Count);
        _segments.Add(segment);
        _capacity += segment.Count;
        return true;
    }

    /// <summary>Copies as much as there is room for.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(Math.Min(bytes.Length, _capacity - Length), buffers.PartSize - Length);
        if (count > 0)
        {
            bytes[..count].CopyTo(_segments[^1].AsSpan(LastLength));
            Length += count;
        }
        return count;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            buffers.Return(_segments, _taken);
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
