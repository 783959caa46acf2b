using System.Text;
using BenchmarkDotNet.Attributes;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Stores;
using Berth.TestTools;

namespace Berth.Benchmarks.Inner;

/// <summary>Records as object stores keep them, and one read from a folder: what each pull begins with.</summary>
public class RecordBenchmarks
{
    private readonly byte[] _value = Encoding.UTF8.GetBytes(new string('x', 200));
    private byte[] _wrapped = [];
    private TemporaryFolder _folder = null!;
    private IRecordStore _records = null!;
    private RecordKey _key;

    [GlobalSetup]
    public async Task WriteAsync()
    {
        _wrapped = RecordEnvelope.Wrap(_value);
        _folder = TemporaryFolder.Create();
        var objects = new FileSystemObjects(_folder.Path);
        _records = RegistryStorage.Over(objects, objects).Records;
        _key = RecordLayout.Tag(Names.Repository, Names.Latest);
        await _records.PutAsync(_key, _value, CancellationToken.None);
    }

    [GlobalCleanup]
    public void Remove() => _folder.Dispose();

    [Benchmark]
    public int Wrap() => RecordEnvelope.Wrap(_value).Length;

    [Benchmark]
    public int Unwrap() => RecordEnvelope.Unwrap(_wrapped).Length;

    [Benchmark]
    public async Task<int> ReadFromFolder() =>
        (await _records.GetAsync(_key, CancellationToken.None))!.Value.Length;
}
