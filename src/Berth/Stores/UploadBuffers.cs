using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Berth.Stores;

/// <summary>Memory for the uploads of this process: a budget of large segments, besides a little that each may have.</summary>
internal sealed class UploadBuffers : IDisposable
{
    /// <summary>The size of a part where the store asks for no larger one, in bytes.</summary>
    public const int UsualPartSize = 8 * 1024 * 1024;

    /// <summary>What the first two segments of each part hold at least, in bytes; not worth a budget.</summary>
    public const int SmallSegments = 64 * 1024;

    /// <summary>The size of a large segment, in bytes.</summary>
    private const int LargeSegment = 256 * 1024;

    /// <summary>Large segments begin at a multiple of this, so that a disk can take them as they are.</summary>
    private const int Alignment = 4096;

    /// <summary>Large segments that an idle process keeps, 16 MiB: enough for one fast upload.</summary>
    private const int MostIdle = 64;

    private readonly int _count;
    private readonly SemaphoreSlim _budget;

    // Not ArrayPool.Shared: it keeps so few arrays of this size that each part would allocate most of its own anew, and
    // large arrays are freed late.
    private readonly ConcurrentStack<ArraySegment<byte>> _free = [];

    /// <param name="totalSize">The budget, in bytes.</param>
    /// <param name="minimumPartSize">The least size of a part that the store accepts, in bytes.</param>
    public UploadBuffers(long totalSize, int minimumPartSize)
    {
        _count = (int)Math.Max(1, totalSize / LargeSegment);
        _budget = new(_count);
        PartSize = Math.Max(UsualPartSize, minimumPartSize);
        Allowance = minimumPartSize;
    }

    /// <summary>The size of a whole part, in bytes.</summary>
    public int PartSize { get; }

    /// <summary>
    /// How many bytes each upload has outside the budget, for one part at a time: as many as make a part, so that however
    /// many uploads have stalled with their memory full, another still gets on.
    /// </summary>
    public int Allowance { get; }

    /// <summary>Takes one segment out of the budget, waiting at most so long for it.</summary>
    public Task<bool> TakeAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        _budget.WaitAsync(patience, cancellationToken);

    /// <summary>The next segment of a part: small ones first, as configs, attestations and signatures need no more.</summary>
    public ArraySegment<byte> Rent(int segmentsBefore) => segmentsBefore switch
    {
        0 => ArrayPool<byte>.Shared.Rent(16 * 1024),
        1 => ArrayPool<byte>.Shared.Rent(64 * 1024),
        _ => _free.TryPop(out var segment) ? segment : NewLarge(),
    };

    /// <summary>Takes back the segments of a part, of which so many came out of the budget.</summary>
    public void Return(IEnumerable<ArraySegment<byte>> segments, int taken)
    {
        foreach (var segment in segments)
        {
            if (segment.Count == LargeSegment)
            {
                _free.Push(segment);
            }
            else
            {
                ArrayPool<byte>.Shared.Return(segment.Array!);
            }
        }
        if (taken > 0 && _budget.Release(taken) + taken == _count)
        {
            // Nobody uploads: what a burst needed goes back to the collector.
            while (_free.Count > MostIdle && _free.TryPop(out _))
            {
            }
        }
    }

    public void Dispose() => _budget.Dispose();

    private static ArraySegment<byte> NewLarge()
    {
        var array = GC.AllocateUninitializedArray<byte>(LargeSegment + Alignment, pinned: true);
        var over = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) % Alignment);
        return new(array, over == 0 ? 0 : Alignment - over, LargeSegment);
    }
}
