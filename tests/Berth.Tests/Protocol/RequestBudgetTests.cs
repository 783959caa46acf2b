using System.Globalization;
using Berth.Storage;
using Berth.TestTools;

namespace Berth.Tests.Protocol;

/// <summary>
/// How many HTTP requests each request to the registry makes to its storage, and how many it may: what an SDK adds or repeats
/// counts too. The tables in docs/storage.md are what this measures.
/// </summary>
public abstract class RequestBudgetTests : IAsyncLifetime
{
    /// <summary>Set to 1, this variable writes the tables instead of comparing them.</summary>
    private const string WriteVariable = "BERTH_WRITE_BUDGETS";

    private const string End = "<!-- end of budgets -->";

    /// <summary>All tables are in one file.</summary>
    private static readonly SemaphoreSlim File = new(1);

    private readonly string _repository = Client.NewRepository();
    private TestRegistry? _registry;
    private Client _client = null!;

    /// <summary>Why there is no such storage here, to skip the test with, or <see langword="null"/>.</summary>
    protected string? Reason { get; set; }

    /// <summary>Each request that reached the storage: <c>table GET</c>, or <c>GetObject</c> where there is one service.</summary>
    protected abstract IReadOnlyList<string> Requests { get; }

    /// <summary>How many requests one call to the storage makes at most.</summary>
    protected virtual int MostRequestsOfACall => 1;

    /// <summary>Opens empty storage.</summary>
    /// <returns>It, or <see langword="null"/> with a <see cref="Reason"/>.</returns>
    protected abstract Task<RegistryStorage?> OpenAsync();

    /// <summary>Begins to count anew.</summary>
    protected abstract void Forget();

    public async Task InitializeAsync()
    {
        if (await OpenAsync() is not { } storage)
        {
            return;
        }
        _registry = await TestRegistry.StartAsync(storage);
        _client = new(_registry.Client);
    }

    public virtual async Task DisposeAsync()
    {
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Requests_to_storage_keep_to_their_budgets_and_are_those_of_the_documentation()
    {
        Skip.IfNot(Reason is null, Reason);
        var rows = await MeasureAsync();

        Assert.All(rows, row => Assert.True(
            row.Requests.Count <= row.Budget, $"{row.Name}: {row.Requests.Count}, not {row.Budget}: {row.Kinds}"));
        // Nothing hides behind a call; only the beginning of an upload may be a call and no request.
        Assert.All(rows, row => Assert.True(
            row.Requests.Count >= row.StorageCalls - 1 && row.Requests.Count <= row.StorageCalls * MostRequestsOfACall,
            $"{row.Name}: {row.StorageCalls} calls, but {row.Kinds}"));

        await File.WaitAsync();
        try
        {
            await CompareAsync(Table(rows));
        }
        finally
        {
            File.Release();
        }
    }

    private async Task CompareAsync(string table)
    {
        var path = Repository.PathOf("docs/storage.md");
        var text = await System.IO.File.ReadAllTextAsync(path);
        var start = $"<!-- budgets: {GetType().Name} -->";
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var measured = $"{text[..from]}\n{table}{text[text.IndexOf(End, from, StringComparison.Ordinal)..]}";
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            await System.IO.File.WriteAllTextAsync(path, measured);
        }
        Assert.Equal(measured, await System.IO.File.ReadAllTextAsync(path));
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
            await RowAsync("push of a layer of 5 MB: POST", 4, 1, async () =>
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
        Forget();
        await act();
        // A line is logged when all of its request is done.
        await _registry.Log.WaitAsync(logged + requests, _ => true);
        var calls = _registry.Log.Lines.Skip(logged).Sum(line => line.StorageCalls);
        return new(name, budget * MostRequestsOfACall, calls, Requests);
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
        /// <summary>Such as <c>table: GET, 2 POST; blob: 13 PUT</c>, or <c>GetObject, 2 PutObject</c>.</summary>
        public string Kinds => string.Join("; ", Requests.Select(request => request.Split(' '))
            .GroupBy(words => words.Length == 1 ? "" : $"{words[0]}: ").OrderByDescending(service => service.Key)
            .Select(service => service.Key + string.Join(", ", service
                .GroupBy(words => words[^1]).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .Select(kind => kind.Count() == 1 ? kind.Key : $"{kind.Count()} {kind.Key}"))));
    }
}
