using System.Buffers;

namespace Berth.Storage.Tests;

/// <summary>Sequences as a request's pipe makes them.</summary>
internal static class Buffers
{
    /// <summary>The same bytes in buffers of at most a size, with an empty one among them.</summary>
    public static ReadOnlySequence<byte> Split(byte[] bytes, int size)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty, 0);
        var last = first;
        for (var offset = 0; offset < bytes.Length; offset += size)
        {
            last = last.Append(bytes.AsMemory(offset, Math.Min(size, bytes.Length - offset)));
        }

        return new(first, 0, last, last.Memory.Length);
    }

    /// <summary>Buffers as they are, one after the other.</summary>
    public static ReadOnlySequence<byte> Join(IEnumerable<ReadOnlyMemory<byte>> buffers)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty, 0);
        var last = buffers.Aggregate(first, (end, buffer) => end.Append(buffer));
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
