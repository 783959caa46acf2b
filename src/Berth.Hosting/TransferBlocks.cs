using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Berth.Hosting;

/// <summary>
/// The blocks that Kestrel receives into and sends from. Its own have 4 KiB, and one call to the system fills one: a layer of
/// 1 GiB would take 262,144 of them, each with a turn of the pipeline behind it.
/// </summary>
public sealed class TransferBlocks : IMemoryPoolFactory<byte>
{
    /// <summary>The size of a block, in bytes. A connection has none while it is idle.</summary>
    public const int BlockSize = 32 * 1024;

    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        /// <summary>Blocks that are kept while nobody uses them, 4 MiB; what a burst needs beyond goes back to the collector.</summary>
        private const int MostIdle = 128;

        private readonly ConcurrentQueue<Block> _free = new();

        public override int MaxBufferSize => BlockSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
            return _free.TryDequeue(out var block) ? block : new Block(this);
        }

        // Blocks may come back after this, when a connection ends late: nothing but the collector frees them.
        protected override void Dispose(bool disposing) => _free.Clear();

        private void Return(Block block)
        {
            if (_free.Count < MostIdle)
                _free.Enqueue(block);
        }

        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            // Pinned, as the system writes into it.
            public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(
                GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true), 0, BlockSize);

            public void Dispose() => pool.Return(this);
        }
    }
}
