using BenchmarkDotNet.Attributes;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Benchmarks.Inner;

/// <summary>An upload session between two of its requests.</summary>
public class UploadBenchmarks
{
    private UploadStore _uploads = null!;
    private UploadOwner _owner;
    private UploadId _id;

    [GlobalSetup]
    public async Task StartAsync()
    {
        _uploads = new(new MemoryRecords(), new MemoryObjects(), new(24 << 20, 1), new(TimeProvider.System, TimeSpan.FromDays(1)));
        _owner = new(Names.Repository, null);
        _id = await _uploads.StartAsync(_owner, DigestAlgorithm.Sha256, CancellationToken.None);
    }

    /// <summary>Read, and swapped by its version.</summary>
    [Benchmark]
    public async Task<bool> FindAndSave()
    {
        var upload = (await _uploads.GetAsync(_owner, _id, CancellationToken.None))!;
        var next = upload.Session with { Offset = upload.Session.Offset + 1, HashState = new byte[106] };
        return await _uploads.TrySaveAsync(upload, next, CancellationToken.None);
    }
}
