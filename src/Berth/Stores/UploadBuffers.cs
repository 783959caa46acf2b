using System.Buffers;
using System.Collections.Concurrent;

namespace Berth.Stores;

/// <summary>Memory for the parts of all uploads of this process: whoever finds none left waits for another's.</summary>
internal sealed class UploadBuffers : IDisposable
{
    /// <summary>The size of a segment in bytes, but for a part's first.</summary>
    private const int SegmentSize = 256 * 1024;

    /// <summary>The first segment's size: configs, attestations and signatures need no more.</summary>
    private const int FirstSegmentSize = 16 * 1024;

    /// <summary>Free segments that an idle process keeps, 16 MiB: enough for one fast upload.</summary>
    private const int MostIdle = 64;

    private readonly int _count;
    private readonly SemaphoreSlim _parts;

    // Not ArrayPool.Shared: it keeps so few arrays of this size that each part would allocate most of its own anew, and
    // large arrays are freed late.
    private readonly ConcurrentStack<byte[]> _free = [];

    /// <param name="totalSize">The size of all parts together, in bytes; at least one part.</param>
    /// <param name="partSize">The size of a whole part, in bytes.</param>
    public UploadBuffers(long totalSize, int partSize)
    {
        _count = (int)Math.Max(1, totalSize / partSize);
        _parts = new(_count);
        PartSize = partSize;
    }

    /// <summary>The size of a whole part, in bytes.</summary>
    public int PartSize { get; }

    public async Task<PartBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _parts.WaitAsync(cancellationToken);
        return new PartBuffer(this);
    }

    public byte[] RentSegment(bool isFirst) =>
        isFirst ? ArrayPool<byte>.Shared.Rent(FirstSegmentSize)
        : _free.TryPop(out var segment) ? segment
        : GC.AllocateUninitializedArray<byte>(SegmentSize);

    public void Return(IEnumerable<byte[]> segments)
    {
        foreach (var segment in segments)
        {
            if (segment.Length != SegmentSize)
            {
                ArrayPool<byte>.Shared.Return(segment);
            }
            else
            {
                _free.Push(segment);
            }
        }
        if (_parts.Release() == _count - 1)
        {
            // Nobody uploads: what a burst needed goes back to the collector.
            while (_free.Count > MostIdle && _free.TryPop(out _))
            {
            }
        }
    }

    public void Dispose() => _parts.Dispose();
}
