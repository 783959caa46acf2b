using System.Security.Cryptography;

namespace Berth.Benchmarks.Workloads;

/// <summary>A large blob of random bytes, in blocks, held in memory so that reading it costs a client nothing.</summary>
internal sealed class Payload
{
    private const int BlockSize = 16 << 20;

    private readonly byte[][] _blocks;

    private Payload(byte[][] blocks) => _blocks = blocks;

    public long Length => _blocks.Sum(block => (long)block.Length);

    /// <summary>sha256:…</summary>
    public string Digest { get; private set; } = "";

    public IEnumerable<ReadOnlyMemory<byte>> Blocks => _blocks.Select(block => new ReadOnlyMemory<byte>(block));

    public static string DigestOf(ReadOnlySpan<byte> content) => Name(SHA256.HashData(content));

    public static Payload Create(int mebibytes)
    {
        var length = (long)mebibytes << 20;
        var blocks = new byte[(length + BlockSize - 1) / BlockSize][];
        // Every eighth block is made anew: more random bytes would make nothing slower.
        for (var i = 0; i < blocks.Length; i++)
        {
            var size = (int)Math.Min(BlockSize, length - (long)i * BlockSize);
            blocks[i] = i < 8 ? RandomNumberGenerator.GetBytes(size) : blocks[i % 8][..size];
        }

        var payload = new Payload(blocks);
        payload.Renew();
        return payload;
    }

    /// <summary>Makes it another blob, which no registry has.</summary>
    public void Renew()
    {
        RandomNumberGenerator.Fill(_blocks[0].AsSpan(0, 32));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var block in _blocks)
            hash.AppendData(block);
        Digest = Name(hash.GetHashAndReset());
    }

    /// <summary>It in pieces of a size that divides that of the blocks.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> PiecesOf(int size) =>
        Blocks.SelectMany(block => Enumerable.Range(0, (block.Length + size - 1) / size)
            .Select(piece => block.Slice(piece * size, Math.Min(size, block.Length - piece * size))));

    private static string Name(byte[] hash) => $"sha256:{Convert.ToHexStringLower(hash)}";
}
