using BenchmarkDotNet.Attributes;
using Berth.Benchmarks.Load;
using Berth.Benchmarks.Workloads;
using Berth.Storage;
using Berth.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Benchmarks.Inner;

/// <summary>Requests without a server: the choice of the route, and the whole way to an answer from a store in memory.</summary>
public class RequestBenchmarks
{
    private readonly SmallImage _image = SmallImage.Create(layers: 1, layerSize: 64);
    private Router _router = null!;
    private RequestDelegate _registry = null!;

    /// <summary>What is asked for.</summary>
    [Params("manifests/latest", "blobs/DIGEST", "tags/list")]
    public string Path { get; set; } = "";

    [GlobalSetup]
    public async Task PushAsync()
    {
        var storage = RegistryStorage.Over(new MemoryObjects(), new MemoryRecords());
        var uploads = new UploadStore(
            storage.Records, storage.Objects, new(24 << 20, 1), new(TimeProvider.System, TimeSpan.FromDays(1)));
        _router = new(RouteTable.Create(new(), storage, uploads, TimeProvider.System), deleteEnabled: true);
        _registry = new RegistryHandler(new(), storage, TimeProvider.System, NullLogger<RegistryHandler>.Instance).HandleAsync;
        foreach (var (content, digest) in _image.Blobs)
            await SendAsync("POST", $"/v2/bench/data/blobs/uploads/", content, $"?digest={digest}");
        await SendAsync("PUT", "/v2/bench/data/manifests/latest", _image.Manifest);
        Path = $"/v2/bench/data/{Path.Replace("DIGEST", _image.Blobs[1].Digest, StringComparison.Ordinal)}";
        if (await Answer() != 200)
            throw new InvalidDataException($"{Path} is not answered 200");
    }

    /// <summary>What the others need first, and is not Berth's: Kestrel's contexts are pooled.</summary>
    [Benchmark(Baseline = true)]
    public object MakeContext() => ContextOf("GET", Path);

    [Benchmark]
    public bool FindRoute() =>
        _router.Find(new(ContextOf("GET", Path))) is null;

    [Benchmark]
    public async Task<int> Answer()
    {
        var context = ContextOf("GET", Path);
        await _registry(context);
        return context.Response.StatusCode;
    }

    private static DefaultHttpContext ContextOf(string method, string path)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = path;
        context.Response.Body = Stream.Null;
        return context;
    }

    private async Task SendAsync(string method, string path, byte[] content, string query = "")
    {
        var context = ContextOf(method, path);
        context.Request.QueryString = new(query);
        context.Request.Body = new MemoryStream(content);
        context.Request.ContentLength = content.Length;
        context.Request.ContentType = RegistryClient.ManifestType;
        await _registry(context);
        if (context.Response.StatusCode != StatusCodes.Status201Created)
            throw new InvalidDataException($"{method} {path} is answered {context.Response.StatusCode}");
    }
}
