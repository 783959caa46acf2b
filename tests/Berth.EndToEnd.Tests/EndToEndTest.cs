using Berth.EndToEnd.Tests.Clients;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests;

/// <summary>
/// One test: a folder of its own, clients, and servers. What the clients and the servers said becomes the test's
/// output; its servers are ended and its folder removed, whatever happened.
/// </summary>
[Collection(OneByOne.Name)]
public abstract class EndToEndTest(EndToEndFixture fixture, ITestOutputHelper output) : IAsyncLifetime
{
    private readonly List<BerthServer> _servers = [];
    private readonly List<(BerthServer Server, int Logged)> _shared = [(fixture.Server, fixture.Server.Log.Count)];

    protected TemporaryFolder Folder { get; } = TemporaryFolder.Create();

    /// <summary>A repository that nothing else uses.</summary>
    protected string Repository { get; } = $"e2e/{Guid.NewGuid():n}";

    /// <summary>The server that the whole run shares.</summary>
    protected BerthServer SharedServer => fixture.Server;

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        foreach (var (server, logged) in _shared)
        {
            foreach (var line in server.Log.Skip(logged))
                output.WriteLine($"[server] {line}");
        }

        foreach (var (i, server) in _servers.Index())
        {
            foreach (var line in server.Log)
                output.WriteLine($"[server {i + 1}] {line}");
        }

        Folder.Dispose();
    }

    /// <summary>Starts a server of the test's own over a folder of the test's.</summary>
    protected virtual async Task<BerthServer> StartServerAsync() =>
        Own(await BerthServer.StartAsync(Folder.Add("data")));

    /// <summary>Starts a server by the README's command.</summary>
    protected async Task<BerthServer> StartServerByReadmeAsync(string workingFolder) =>
        Own(await BerthServer.StartByReadmeAsync(workingFolder));

    /// <summary>Starts a server of the test's own over another store.</summary>
    protected async Task<BerthServer> StartServerAsync(IReadOnlyDictionary<string, string> settings, string port = "0") =>
        Own(await BerthServer.StartAsync(settings, port));

    /// <summary>Takes the Functions app over Azurite that the whole run shares, or skips the test.</summary>
    protected Task<BerthServer> RequireFunctionsAsync() => RequireServerAsync(isFunctions: true, Store.Azure);

    /// <summary>Takes the server over a store that the whole run shares, or skips the test.</summary>
    /// <param name="isFunctions">Whether it is the Functions app.</param>
    /// <param name="store">The store.</param>
    protected async Task<BerthServer> RequireServerAsync(bool isFunctions, Store store)
    {
        var server = await fixture.RequireServerAsync(isFunctions, store);
        _shared.Add((server, server.Log.Count));
        return server;
    }

    /// <summary>Starts the Functions app for this test alone, or skips the test.</summary>
    protected async Task<BerthServer> StartFunctionsAsync(
        IReadOnlyDictionary<string, string> settings, string? port = null) =>
        Own(await BerthServer.StartFunctionsAsync(settings, port));

    private BerthServer Own(BerthServer server)
    {
        _servers.Add(server);
        return server;
    }

    /// <summary>The name of the sample in a server, as clients have it.</summary>
    protected string ImageAt(BerthServer server) => $"{server.Host}/{Repository}:{Sample.Tag}";

    /// <summary>Finds a program, or skips the test.</summary>
    protected ClientProgram Require(string name, params string[] options)
    {
        var path = fixture.Require(name);
        return new(path, ClientHome.Create(Folder), output) { Options = options, Folder = Folder.Path };
    }

    protected Skopeo RequireSkopeo() => new(Require("skopeo"));

    protected Sample CreateSample(SampleKind kind) => Sample.Create(kind, Folder.At("pushed"));

    /// <summary>Checks that every download of a blob from the test's repository was redirected, and that there was one.</summary>
    protected async Task AssertRedirectedAsync(BerthServer server)
    {
        await server.WaitForLineAsync(IsDownload);
        Assert.All(server.Log.Where(IsDownload), line => Assert.Contains(" 307 ", line, StringComparison.Ordinal));

        bool IsDownload(string line) => line.Contains($" GET end-2 {Repository} ", StringComparison.Ordinal);
    }

    /// <summary>Checks that two sets of manifests and blobs have the same names and the same bytes.</summary>
    protected static void AssertSame(
        SortedDictionary<string, byte[]> expected, SortedDictionary<string, byte[]> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, pair => Assert.True(
            pair.Value.AsSpan().SequenceEqual(actual[pair.Key]), $"{pair.Key} differs"));
    }

    /// <summary>Checks that a layout that a client wrote holds exactly what the sample does.</summary>
    protected static void AssertPulled(Sample sample, string folder)
    {
        var pulled = OciLayout.Open(folder);
        Assert.Equal(sample.Digest, pulled.DigestOf(Sample.Tag));
        AssertSame(sample.ReadAll(), pulled.ReadAll(sample.Digest));
    }
}
