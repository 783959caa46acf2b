using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Berth.TestTools.ObjectServer;

namespace Berth.EndToEnd.Tests.Storage;

/// <summary>
/// How many requests Berth and CNCF distribution make to the same S3 server for the same work, each in a process of its own
/// over a bucket of its own: counted by that server.
/// </summary>
public sealed class BesideDistributionTests
{
    /// <summary>Set to 1, this variable writes the table to the documentation.</summary>
    private const string WriteVariable = "BERTH_WRITE_BUDGETS";

    private const string Start = "<!-- storage calls: BesideDistributionTests -->";
    private const string End = "<!-- end of storage calls -->";
    private const string Repository = "library/compared";
    private const int Layers = 10;
    private const int Tags = 120;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    private static readonly HttpClient Http =
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private readonly byte[] _small = Content(1000);
    private readonly byte[] _medium = Content(5_000_000);
    private readonly byte[] _large = Content(100 * 1024 * 1024);
    private readonly byte[] _tagged;
    private readonly byte[] _manifest;
    private readonly List<byte[]> _layers = [.. Enumerable.Range(0, Layers).Select(index => Content(500 + index))];
    private readonly byte[] _config = "{}"u8.ToArray();

    public BesideDistributionTests() => (_tagged, _manifest) = (Manifest(1), Manifest(Layers));

    [SkippableFact]
    public async Task Berth_asks_S3_no_more_often_than_distribution_in_any_row()
    {
        await using var server = await S3Server.StartAsync();
        server.CreateBucket("distribution");
        var credential = server.Options.Credentials[0];
        await using var distribution = await DistributionServer.StartAsync(new Dictionary<string, string>
        {
            ["REGISTRY_STORAGE"] = "s3",
            ["REGISTRY_STORAGE_S3_BUCKET"] = "distribution",
            ["REGISTRY_STORAGE_S3_REGION"] = server.Options.Region,
            ["REGISTRY_STORAGE_S3_REGIONENDPOINT"] = server.Endpoint.AbsoluteUri,
            ["REGISTRY_STORAGE_S3_FORCEPATHSTYLE"] = "true",
            ["REGISTRY_STORAGE_S3_SECURE"] = "false",
            ["REGISTRY_STORAGE_S3_ACCESSKEY"] = credential.AccessKeyId,
            ["REGISTRY_STORAGE_S3_SECRETKEY"] = credential.Secret,
        });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string>
        {
            ["Berth__Storage__Provider"] = "s3",
            ["Berth__Storage__S3__Bucket"] = server.Options.Bucket,
            ["Berth__Storage__S3__Region"] = server.Options.Region,
            ["Berth__Storage__S3__Endpoint"] = server.Endpoint.AbsoluteUri,
            ["Berth__Storage__S3__AccessKeyId"] = credential.AccessKeyId,
            ["Berth__Storage__S3__SecretAccessKey"] = credential.Secret,
        });

        var ours = await MeasureAsync(server, berth.Address);
        var theirs = await MeasureAsync(server, distribution.Address);

        Assert.All(ours, row => Assert.True(
            row.Requests.Count <= row.Budget, $"{row.Name}: {row.Requests.Count}, not {row.Budget}: {row.Kinds}"));
        Assert.All(ours.Zip(theirs), rows => Assert.True(
            rows.First.Requests.Count <= rows.Second.Requests.Count,
            $"{rows.First.Name}: {rows.First.Kinds}; {distribution.Name}: {rows.Second.Kinds}"));
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            await WriteAsync(distribution.Name, ours, theirs);
    }

    private static async Task WriteAsync(string peer, List<Row> ours, List<Row> theirs)
    {
        var path = TestTools.Repository.PathOf("docs/performance.md");
        var text = await File.ReadAllTextAsync(path);
        var before = text[..(text.IndexOf(Start, StringComparison.Ordinal) + Start.Length)];
        var after = text[text.IndexOf(End, StringComparison.Ordinal)..];
        var table = $"| request | budget | Berth | {peer} |\n|---|---:|---:|---:|\n" + string.Concat(ours.Zip(theirs, (our, their) =>
            string.Create(CultureInfo.InvariantCulture,
                $"| {our.Name} | {our.Budget} | {our.Requests.Count} | {their.Requests.Count} |\n")));
        await File.WriteAllTextAsync(path, $"{before}\n{table}{after}");
    }

    private async Task<List<Row>> MeasureAsync(HttpObjectServer server, Uri registry)
    {
        foreach (var blob in _layers.Append(_config))
            await PushAsync(registry, blob);
        for (var tag = 0; tag < Tags; tag++)
            await PutManifestAsync(registry, $"v{tag}", _tagged);
        var blobs = $"/v2/{Repository}/blobs/";
        return
        [
            await RowAsync("push of a layer of 1 KB: POST, PATCH, PUT", 8, () => PushAsync(registry, _small)),
            await RowAsync("push of a layer of 5 MB: POST, PATCH, PUT", 8, () => PushAsync(registry, _medium)),
            await RowAsync("push of a layer of 100 MiB: POST, PATCH, PUT", 21, () => PushAsync(registry, _large)),
            await RowAsync($"push of a manifest of {Layers} layers", Layers + 4, () =>
                PutManifestAsync(registry, "latest", _manifest)),
            await RowAsync("GET of a manifest by tag", 2, () => SendAsync(registry, 200, "GET", PathOf("latest"))),
            await RowAsync("HEAD of a manifest by tag", 2, () => SendAsync(registry, 200, "HEAD", PathOf("latest"))),
            await RowAsync("GET of a manifest by digest", 1, () =>
                SendAsync(registry, 200, "GET", PathOf(OciLayout.DigestOf(_manifest)))),
            await RowAsync("GET of a blob, to the redirect", 1, () =>
                SendAsync(registry, 307, "GET", blobs + OciLayout.DigestOf(_medium))),
            await RowAsync("HEAD of a blob", 1, () =>
                SendAsync(registry, 200, "HEAD", blobs + OciLayout.DigestOf(_medium))),
            await RowAsync("mount of a blob", 2, () => SendAsync(
                registry, 201, "POST",
                $"/v2/library/other/blobs/uploads/?mount={OciLayout.DigestOf(_medium)}&from={Repository}")),
            await RowAsync($"first page of 10 of {Tags} tags", 1, () =>
                SendAsync(registry, 200, "GET", $"/v2/{Repository}/tags/list?n=10")),
            await RowAsync("first page of 10 repositories", 1, () =>
                SendAsync(registry, 200, "GET", "/v2/_catalog?n=10")),
        ];

        async Task<Row> RowAsync(string name, int budget, Func<Task> act)
        {
            await SettleAsync();
            server.ForgetRequests();
            await act();
            await SettleAsync();
            return new(name, budget, [.. server.Requests.Select(request => request.Operation)]);
        }

        // What a registry does after it has answered counts too.
        async Task SettleAsync()
        {
            for (var count = -1; count != server.Requests.Count;)
            {
                count = server.Requests.Count;
                await Task.Delay(Quiet);
            }
        }
    }

    private byte[] Manifest(int layers) => Encoding.UTF8.GetBytes(
        $$"""
        {"schemaVersion":2,"mediaType":"{{MediaType.Manifest}}","config":{{Descriptor(_config, MediaType.Config)}},
        "layers":[{{string.Join(",", _layers.Take(layers).Select(layer => Descriptor(layer, MediaType.GzipLayer)))}}]}
        """);

    private static string Descriptor(byte[] content, string mediaType) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{OciLayout.DigestOf(content)}}","size":{{content.Length}}}""";

    private static string PathOf(string reference) => $"/v2/{Repository}/manifests/{reference}";

    private static byte[] Content(int size) => RandomNumberGenerator.GetBytes(size);

    private static async Task PushAsync(Uri registry, byte[] content)
    {
        var http = new RegistryHttp(registry);
        using var body = new ByteArrayContent(content);
        var location = await http.AppendAsync(await http.StartUploadAsync(Repository), body);
        await http.FinishUploadAsync(location, OciLayout.DigestOf(content));
    }

    private static async Task SendAsync(Uri registry, int status, string method, string path)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(registry, path));
        request.Headers.Accept.ParseAdd(MediaType.Manifest);
        using var response = await Http.SendAsync(request);
        // Distribution redirects HEAD as well.
        Assert.True(
            (int)response.StatusCode == status || (method == "HEAD" && (int)response.StatusCode == 307),
            $"{method} {path}: {response.StatusCode}");
    }

    private static Task PutManifestAsync(Uri registry, string tag, byte[] manifest) =>
        new RegistryHttp(registry).PutManifestAsync(Repository, tag, MediaType.Manifest, manifest);

    private sealed record Row(string Name, int Budget, IReadOnlyList<string> Requests)
    {
        /// <summary>Such as <c>2 GetObject, PutObject</c>.</summary>
        public string Kinds => string.Join(", ", Requests
            .GroupBy(operation => operation).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.Count() == 1 ? group.Key : $"{group.Count()} {group.Key}"));
    }
}
