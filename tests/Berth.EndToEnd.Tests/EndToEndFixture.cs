using Berth.EndToEnd.Tests.Clients;
using Berth.EndToEnd.Tests.Processes;

namespace Berth.EndToEnd.Tests;

/// <summary>The whole run's: the programs found or installed, and a server over a fresh folder.</summary>
public sealed class EndToEndFixture : IAsyncLifetime
{
    private static readonly string[] DebianClients = ["skopeo", "podman"];

    private readonly TemporaryFolder _folder = TemporaryFolder.Create();
    private readonly Dictionary<(bool IsFunctions, Store Store), BerthServer> _others = [];
    private string? _notInstalled;

    public BerthServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var missing = DebianClients.Where(name => ProgramPath.Find(name) is null).ToList();
        if (missing.Count > 0)
            _notInstalled = await DebianPackages.TryInstallAsync(missing);
        try
        {
            Server = await BerthServer.StartAsync(_folder.Add("data"));
        }
        catch
        {
            _folder.Dispose(); // what failed to start is not disposed of
            throw;
        }
    }

    /// <summary>The server over a store that the whole run shares; where there is no such store, the test is skipped.</summary>
    public async Task<BerthServer> RequireServerAsync(bool isFunctions, Store store)
    {
        if (_others.TryGetValue((isFunctions, store), out var server))
            return server;
        // The Functions app is called localhost, and Berth.Server 127.0.0.1.
        var otherHost = isFunctions ? "127.0.0.1" : "localhost";
        var settings = store switch
        {
            Store.S3 => await ObjectServers.S3SettingsAsync(otherHost),
            Store.Oss => await ObjectServers.OssSettingsAsync(otherHost),
            _ => await FunctionsApp.RequireStorageAsync(),
        };
        server = isFunctions ? await BerthServer.StartFunctionsAsync(settings) : await BerthServer.StartAsync(settings);
        _others.Add((isFunctions, store), server);
        return server;
    }

    /// <summary>The path of a program; where it is missing, the test is skipped and says why.</summary>
    public string Require(string name)
    {
        var path = ProgramPath.Find(name);
        Skip.If(
            path is null,
            $"{name} is not on the PATH{(DebianClients.Contains(name) ? $", and {_notInstalled}" : "")}");
        return path!;
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        foreach (var server in _others.Values)
            await server.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>All tests that share the fixture, and so run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class OneByOne : ICollectionFixture<EndToEndFixture>
{
    public const string Name = "end to end";
}
