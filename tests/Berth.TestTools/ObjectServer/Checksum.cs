using System.Security.Cryptography;

namespace Berth.TestTools.ObjectServer;

/// <summary>A checksum that came with bytes.</summary>
/// <param name="Algorithm">How it is computed.</param>
/// <param name="Value">In base64.</param>
internal sealed record Checksum(ChecksumAlgorithm Algorithm, string Value);

/// <summary>One of the algorithms of x-amz-checksum-….</summary>
internal sealed class ChecksumAlgorithm
{
    public static readonly IReadOnlyList<ChecksumAlgorithm> All =
    [
        new("CRC32", 4, Crc.Crc32.ComputeBytes, isCrc: true),
        new("CRC32C", 4, Crc.Crc32C.ComputeBytes, isCrc: true),
        new("CRC64NVME", 8, Crc.Crc64Nvme.ComputeBytes, isCrc: true),
#pragma warning disable CA5350 // The service has it.
        new("SHA1", 20, segments => Hash(HashAlgorithmName.SHA1, segments), isCrc: false),
#pragma warning restore CA5350
        new("SHA256", 32, segments => Hash(HashAlgorithmName.SHA256, segments), isCrc: false),
    ];

    private readonly Func<IEnumerable<ReadOnlyMemory<byte>>, byte[]> _compute;

    private ChecksumAlgorithm(
        string name, int size, Func<IEnumerable<ReadOnlyMemory<byte>>, byte[]> compute, bool isCrc)
    {
        (Name, Size, _compute, IsCrc) = (name, size, compute, isCrc);
        Header = $"x-amz-checksum-{name.ToLowerInvariant()}";
    }

    /// <summary>As x-amz-checksum-algorithm has it.</summary>
    public string Name { get; }

    /// <summary>The header that carries it, in lower case.</summary>
    public string Header { get; }

    /// <summary>In bytes.</summary>
    public int Size { get; }

    /// <summary>Whether that of a whole can be made from those of its parts, so that an upload in parts may have one.</summary>
    public bool IsCrc { get; }

    public static ChecksumAlgorithm? Named(string name) => All.FirstOrDefault(algorithm => algorithm.Name == name);

    /// <summary>That of some bytes, in base64.</summary>
    public string Compute(IEnumerable<ReadOnlyMemory<byte>> segments) => Convert.ToBase64String(_compute(segments));

    private static byte[] Hash(HashAlgorithmName name, IEnumerable<ReadOnlyMemory<byte>> segments)
    {
        using var hash = IncrementalHash.CreateHash(name);
        foreach (var segment in segments)
        {
            hash.AppendData(segment.Span);
        }

        return hash.GetHashAndReset();
    }
}
