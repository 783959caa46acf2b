using System.Buffers;
using System.Collections.Concurrent;

namespace Berth.Stores;

/// <summary>Memory for the parts of all uploads of this process: whoever finds none left waits for another's.</summary>
internal sealed class UploadBuffers(long totalSize, int partSize) : IDisposable
{
    /// <summary>The size of a segment in bytes, but for a part's first.</summary>
    private const int SegmentSize = 256 * 1024;

    /// <summary>The first segment's size: configs, attestations and signatures need no more.</summary>
    private const int FirstSegmentSize = 16 * 1024;

    /// <summary>Free segments that are kept, 32 MiB: enough for one fast upload, little for an idle process.</summary>
    private const int MostFree = 128;

    private readonly SemaphoreSlim _parts = new((int)Math.Max(1, totalSize / partSize));

    // Not ArrayPool.Shared: it keeps so few arrays of this size that each part would allocate most of its own anew, and
    // large arrays are freed late.
    private readonly ConcurrentStack<byte[]> _free = [];

    /// <summary>The size of a whole part, in bytes.</summary>
    public int PartSize { get; } = partSize;

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
            else if (_free.Count < MostFree)
            {
                _free.Push(segment);
            }
        }
        _parts.Release();
    }

    public void Dispose() => _parts.Dispose();
}
