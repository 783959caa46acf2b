using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Costs;

/// <summary>
/// How many calls to the system a request costs over a local folder. They are most of what it takes, and unlike its time they are
/// the same on every machine. A change that needs more has to say here what for.
/// </summary>
public sealed class SystemCallTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private const int Times = 10;
    private const int Tags = 300;

    private readonly ITestOutputHelper _output = output;
    private readonly byte[] _small = RandomNumberGenerator.GetBytes(4096);
    private readonly byte[] _large = RandomNumberGenerator.GetBytes(32 * 1024 * 1024);
    private readonly List<string> _excess = [];
    private BerthServer _server = null!;
    private SystemCalls _calls = null!;

    public override async Task InitializeAsync()
    {
        _server = await StartServerAsync();
        _calls = await SystemCalls.WatchAsync(_server, Folder.At("trace"));
    }

    [SkippableFact]
    public async Task A_request_costs_no_more_calls_than_it_has_to()
    {
        await using var calls = _calls;
        var manifest = await PushImageAsync();
        string name = $"/v2/{Repository}", image = OciLayout.DigestOf(manifest), blob = OciLayout.DigestOf(_small);

        // Of them one for each file asks whether it is there: where it is not, that spares three exceptions.
        await CheckAsync("GET manifest by tag", new(16, 4, 0, ""), _ => new(HttpMethod.Get, $"{name}/manifests/latest"));
        await CheckAsync("GET manifest by digest", new(8, 4, 0, ""), _ => new(HttpMethod.Get, $"{name}/manifests/{image}"));
        await CheckAsync("HEAD manifest", new(16, 4, 0, ""), _ => new(HttpMethod.Head, $"{name}/manifests/latest"));
        await CheckAsync("HEAD blob", new(8, 4, 0, ""), _ => new(HttpMethod.Head, $"{name}/blobs/{blob}"));
        await CheckAsync("GET blob of 4 KiB", new(16, 4, 0, ""), _ => new(HttpMethod.Get, $"{name}/blobs/{blob}"));
        await CheckAsync("page of 100 tags", new(6, 4, 0, ""), _ => new(HttpMethod.Get, $"{name}/tags/list?n=100"));
        await CheckAsync("PUT manifest", new(78, 4, 2, ""), number => new(HttpMethod.Put, $"{name}/manifests/new{number}")
        {
            Content = Body(manifest, MediaType.Manifest),
        });
        await CheckAsync("POST of a blob of 4 KiB", new(92, 6, 12, ""), number =>
        {
            var bytes = RandomNumberGenerator.GetBytes(4096);
            return new(HttpMethod.Post, $"{name}/blobs/uploads/?digest={OciLayout.DigestOf(bytes)}") { Content = Body(bytes) };
        });
        Assert.Empty(_excess);
    }

    [SkippableFact]
    public async Task A_large_blob_costs_a_call_for_many_bytes()
    {
        await using var calls = _calls;
        var http = new RegistryHttp(_server.Address);
        var digest = OciLayout.DigestOf(_large);

        await CheckAsync("push of 32 MiB", new(225, 4200, 19, ""), _ =>
        {
            RandomNumberGenerator.Fill(_large.AsSpan(0, 16));
            digest = OciLayout.DigestOf(_large);
            return new(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?digest={digest}") { Content = Body(_large) };
        }, times: 2);
        await CheckAsync("pull of 32 MiB", new(275, 530, 0, ""), _ => new(HttpMethod.Get, $"/v2/{Repository}/blobs/{digest}"), times: 2);
        Assert.Empty(_excess);
    }

    private async Task CheckAsync(string name, Cost limit, Func<int, HttpRequestMessage> create, int times = Times)
    {
        var cost = await _calls.CountAsync(times, async (http, number) =>
        {
            using var request = create(number);
            request.Headers.Accept.ParseAdd(MediaType.Manifest);
            using var answer = await http.SendAsync(request);
            Assert.True(answer.IsSuccessStatusCode, $"{name}: {answer.StatusCode}");
        });
        _output.WriteLine($"{name}: {cost.Files:0.0} files, {cost.Transfers:0.0} transfers, {cost.Flushes:0.0} flushes: {cost.Calls}");
        if (cost.Files > limit.Files || cost.Transfers > limit.Transfers || cost.Flushes > limit.Flushes)
            _excess.Add($"{name}: {cost} over {limit.Files}, {limit.Transfers}, {limit.Flushes}");
    }

    private async Task<byte[]> PushImageAsync()
    {
        var http = new RegistryHttp(_server.Address);
        await http.FinishUploadAsync(
            await http.StartUploadAsync(Repository), OciLayout.DigestOf(_small), new ByteArrayContent(_small));
        var blob = new { mediaType = MediaType.Config, digest = OciLayout.DigestOf(_small), size = _small.Length };
        var manifest = JsonSerializer.SerializeToUtf8Bytes(
            new { schemaVersion = 2, mediaType = MediaType.Manifest, config = blob, layers = new[] { blob } });
        for (var tag = 0; tag < Tags; tag++)
            await http.PutManifestAsync(Repository, $"v{tag}", MediaType.Manifest, manifest);
        await http.PutManifestAsync(Repository, "latest", MediaType.Manifest, manifest);
        return manifest;
    }

    private static ByteArrayContent Body(byte[] bytes, string mediaType = "application/octet-stream") =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
}
