using BenchmarkDotNet.Attributes;
using Berth.Content;

namespace Berth.Benchmarks.Inner;

/// <summary>Digests: of bytes, and as text.</summary>
public class DigestBenchmarks
{
    private readonly string _text = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly byte[] _content = new byte[1 << 20];
    private readonly ResumableHash _hash = ResumableHash.Create(DigestAlgorithm.Sha256);

    [GlobalSetup]
    public void Fill() => new Random(1).NextBytes(_content);

    /// <summary>As an upload hashes: in place, going on with one state.</summary>
    [Benchmark]
    public long HashMebibyte()
    {
        _hash.Append(_content);
        return _hash.Length;
    }

    /// <summary>As the end of an upload: the hash, and the state that another request could go on with.</summary>
    [Benchmark]
    public int FinishHash() => _hash.CurrentHash().Length + _hash.ExportState().Length;

    [Benchmark]
    public bool ParseDigest() => Digest.TryParse(_text, out _);
}
