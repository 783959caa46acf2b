using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace Berth.EndToEnd.Tests.Content;

/// <summary>Bytes of a layer larger than memory, made while they are sent. No two of its blocks are the same.</summary>
/// <param name="size">How many, a multiple of 1 MiB.</param>
public sealed class EndlessLayer(long size) : HttpContent
{
    private const int Block = 1024 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The digest of what was sent.</summary>
    public string Digest => $"sha256:{Convert.ToHexStringLower(_hash.GetCurrentHash())}";

    /// <summary>Reads a stream to its end, keeping nothing.</summary>
    /// <returns>Its digest.</returns>
    public static async Task<string> DigestOfAsync(Stream stream) =>
        $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(stream))}";

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var block = new byte[Block];
        new Random(1).NextBytes(block);
        for (long sent = 0; sent < size; sent += Block)
        {
            BinaryPrimitives.WriteInt64LittleEndian(block, sent);
            _hash.AppendData(block);
            await stream.WriteAsync(block);
        }
    }

    /// <summary>Sent in chunks, as docker and podman send a layer that they compress on the way.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
