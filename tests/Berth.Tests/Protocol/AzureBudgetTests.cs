using System.Collections.Concurrent;
using System.Globalization;
using Azure.Core.Pipeline;
using Berth.Storage.Azure;
using Berth.TestTools;

namespace Berth.Tests.Protocol;

/// <summary>
/// How many HTTP requests each request to the registry makes to Azure storage, and how many it may: counted where they
/// leave, so that what the SDK adds or repeats counts too. The table in docs/storage.md is what this measures.
/// </summary>
public sealed class AzureBudgetTests : IAsyncLifetime
{
    /// <summary>Set to 1, this variable writes the table instead of comparing it.</summary>
    private const string WriteVariable = "BERTH_WRITE_BUDGETS";

    private const string Start = "<!-- budgets: AzureBudgetTests -->";
    private const string End = "<!-- end of budgets -->";

    /// <summary>Each request as it goes out, such as <c>table GET</c>.</summary>
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly string _repository = Client.NewRepository();
    private Azurite _azurite = null!;
    private TestRegistry? _registry;
    private Client _client = null!;

    public async Task InitializeAsync()
    {
        _azurite = await Azurite.SharedAsync();
        if (_azurite.Reason is not null)
        {
            return;
        }
        var name = $"t{Guid.NewGuid():n}";
        var account = new AzureAccount(
            new() { ConnectionString = _azurite.ConnectionString, Container = name, Table = name },
            new HttpClientTransport(new CountingHandler(_requests, _azurite.BlobEndpoint.Port)));
        _registry = await TestRegistry.StartAsync(AzureStorage.Open(account, TimeProvider.System));
        _client = new(_registry.Client);
    }

    public async Task DisposeAsync()
    {
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Requests_to_Azure_storage_keep_to_their_budgets_and_are_those_of_the_documentation()
    {
        Skip.IfNot(_azurite.Reason is null, _azurite.Reason);
        var rows = await MeasureAsync();

        Assert.All(rows, row => Assert.True(
            row.Requests.Count <= row.Budget, $"{row.Name}: {row.Requests.Count}, not {row.Budget}: {row.Kinds}"));
        // Nothing hides behind a call; only the beginning of an upload is a call and no request.
        Assert.All(rows, row => Assert.True(
            row.StorageCalls - row.Requests.Count is 0 or 1, $"{row.Name}: {row.StorageCalls} calls, but {row.Kinds}"));

        var path = Repository.PathOf("docs/storage.md");
        var text = await File.ReadAllTextAsync(path);
        var before = text[..(text.IndexOf(Start, StringComparison.Ordinal) + Start.Length)];
        var after = text[text.IndexOf(End, StringComparison.Ordinal)..];
        var measured = $"{before}\n{Table(rows)}{after}";
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            await File.WriteAllTextAsync(path, measured);
        }
        Assert.Equal(measured, await File.ReadAllTextAsync(path));
    }

    private static string Table(IEnumerable<Row> rows) =>
        "| request | budget | HTTP requests | which |\n|---|---:|---:|---|\n"
        + string.Concat(rows.Select(row => string.Create(
            CultureInfo.InvariantCulture, $"| {row.Name} | {row.Budget} | {row.Requests.Count} | {row.Kinds} |\n")));

    private async Task<List<Row>> MeasureAsync()
    {
        const int Layers = 10;
        var manifest = await _client.PrepareImageAsync(_repository, Layers); // makes the container and the table
        var other = Client.NewRepository();
        var small = Client.RandomBytes(1000);
        var medium = Client.RandomBytes(5_000_000);
        var large = Client.RandomBytes(100 * 1024 * 1024);
        var rows = new List<Row>
        {
            await RowAsync("push of a layer of 1 KB: POST, PATCH, PUT", 8, 3, () => PushAsync(small)),
            await RowAsync("push of a layer of 5 MB: POST, PATCH, PUT", 8, 3, () => PushAsync(medium)),
            await RowAsync("push of a layer of 100 MiB: POST, PATCH, PUT", 21, 3, () => PushAsync(large)),
            await RowAsync(
                "push of a layer of 5 MB: POST, PUT", 6, 2,
                () => _client.PushBlobAsync(_repository, Client.RandomBytes(5_000_000))),
            await RowAsync("push of a layer of 5 MB: POST", 3, 1, async () =>
            {
                var content = Client.RandomBytes(5_000_000);
                await SendAsync(201, "POST", $"blobs/uploads/?digest={Client.Digest(content)}", content);
            }),
            await RowAsync(
                "push of a manifest of 10 layers", Layers + 4, 1,
                () => _client.PushManifestAsync(_repository, "latest", manifest)),
        };
        var blob = $"blobs/{Client.Digest(medium)}";
        rows.AddRange(
        [
            await RowAsync("GET of a manifest by tag", 2, 1, () => SendAsync(200, "GET", "manifests/latest")),
            await RowAsync("HEAD of a manifest by tag", 2, 1, () => SendAsync(200, "HEAD", "manifests/latest")),
            await RowAsync(
                "GET of a manifest by digest", 1, 1, () => SendAsync(200, "GET", $"manifests/{Client.Digest(manifest)}")),
            await RowAsync("GET of a blob, to the redirect", 1, 1, () => SendAsync(307, "GET", blob)),
            await RowAsync("HEAD of a blob", 1, 1, () => SendAsync(200, "HEAD", blob)),
            await RowAsync("mount of a blob", 2, 1, async () =>
            {
                using var response = await _client.SendAsync(
                    "POST", $"/v2/{other}/blobs/uploads/?mount={Client.Digest(medium)}&from={_repository}");
                Assert.Equal(201, (int)response.StatusCode);
            }),
            await RowAsync("a page of tags", 1, 1, () => SendAsync(200, "GET", "tags/list?n=10")),
            await RowAsync("a page of repositories", 1, 1, async () =>
            {
                using var response = await _client.SendAsync("GET", "/v2/_catalog?n=10");
                Assert.Equal(200, (int)response.StatusCode);
            }),
            await RowAsync(
                "referrers of a manifest", 1, 1, () => SendAsync(200, "GET", $"referrers/{Client.Digest(manifest)}")),
        ]);
        return rows;
    }

    /// <summary>Counts what some requests to the registry cost.</summary>
    private async Task<Row> RowAsync(string name, int budget, int requests, Func<Task> act)
    {
        var logged = _registry!.Log.Lines.Count;
        _requests.Clear();
        await act();
        // A line is logged when all of its request is done.
        await _registry.Log.WaitAsync(logged + requests, _ => true);
        var calls = _registry.Log.Lines.Skip(logged).Sum(line => line.StorageCalls);
        return new(name, budget, calls, [.. _requests]);
    }

    private async Task PushAsync(byte[] content)
    {
        var location = await _client.StartUploadAsync(_repository);
        using var patched = await _client.SendAsync("PATCH", location, content);
        Assert.Equal(202, (int)patched.StatusCode);
        using var put = await _client.SendAsync("PUT", $"{location}?digest={Client.Digest(content)}", []);
        Assert.Equal(201, (int)put.StatusCode);
    }

    private async Task SendAsync(int status, string method, string path, byte[]? body = null)
    {
        using var response = await _client.SendAsync(method, $"/v2/{_repository}/{path}", body);
        Assert.Equal(status, (int)response.StatusCode);
    }

    private sealed record Row(string Name, int Budget, int StorageCalls, IReadOnlyList<string> Requests)
    {
        /// <summary>Such as <c>table: GET, 2 POST; blob: 13 PUT</c>.</summary>
        public string Kinds => string.Join("; ", Requests
            .GroupBy(request => request.Split(' ')[0]).OrderByDescending(service => service.Key)
            .Select(service => $"{service.Key}: " + string.Join(", ", service
                .GroupBy(request => request.Split(' ')[1]).OrderBy(method => method.Key, StringComparer.Ordinal)
                .Select(method => method.Count() == 1 ? method.Key : $"{method.Count()} {method.Key}"))));
    }

    private sealed class CountingHandler(ConcurrentQueue<string> requests, int blobPort)
        : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            requests.Enqueue($"{(request.RequestUri!.Port == blobPort ? "blob" : "table")} {request.Method}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
