using Berth.EndToEnd.Tests.Clients;
using Berth.EndToEnd.Tests.Processes;

namespace Berth.EndToEnd.Tests;

/// <summary>The whole run's: the programs found or installed, and a server over a fresh folder.</summary>
public sealed class EndToEndFixture : IAsyncLifetime
{
    private static readonly string[] DebianClients = ["skopeo", "podman"];

    private readonly TemporaryFolder _folder = TemporaryFolder.Create();
    private string? _notInstalled;

    private BerthServer? _functions;

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

    /// <summary>The Functions app that the whole run shares, over Azurite; where there is none, the test is skipped.</summary>
    public async Task<BerthServer> RequireFunctionsAsync() =>
        _functions ??= await BerthServer.StartFunctionsAsync(await FunctionsApp.RequireStorageAsync());

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
        if (_functions is not null)
            await _functions.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>All tests that share the fixture, and so run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class OneByOne : ICollectionFixture<EndToEndFixture>
{
    public const string Name = "end to end";
}
