using BenchmarkDotNet.Attributes;
using Berth.Benchmarks.Workloads;
using Berth.Content;
using Berth.Stores;

namespace Berth.Benchmarks.Inner;

/// <summary>The JSON of the hot requests: a tag's record and an upload's session, and a manifest that is pushed.</summary>
public class JsonBenchmarks
{
    private readonly byte[] _manifest = SmallImage.Create(layers: 10, layerSize: 16).Manifest;

    private readonly UploadSession _session = new()
    {
        Repository = "bench/data",
        Started = DateTimeOffset.UnixEpoch,
        Saved = DateTimeOffset.UnixEpoch,
        Offset = 100L << 20,
        HashState = new byte[106],
        Object = "objects/00/000000000000000000000000000000-00000000",
        StoreUpload = "upload",
        PartsLength = 96L << 20,
        Receipts = [.. Enumerable.Range(0, 12).Select(number => $"\"{number:x32}\"")],
    };

    private byte[] _written = [];
    private byte[] _record = [];

    [GlobalSetup]
    public void Write()
    {
        _written = WriteSession();
        _record = BerthJson.Write(
            new(Payload.DigestOf(_manifest), "application/vnd.oci.image.manifest.v1+json", _manifest.Length, DateTimeOffset.UnixEpoch),
            BerthJson.Instance.TagRecord);
    }

    [Benchmark]
    public byte[] WriteSession() => BerthJson.Write(_session, BerthJson.Instance.UploadSession);

    [Benchmark]
    public long ReadSession() => BerthJson.Read(_written, BerthJson.Instance.UploadSession).Offset;

    [Benchmark]
    public string ReadTag() => BerthJson.Read(_record, BerthJson.Instance.TagRecord).Digest;

    /// <summary>A manifest of ten layers.</summary>
    [Benchmark]
    public bool ParseManifest() => Manifest.TryParse(_manifest, null, out _, out _);
}
