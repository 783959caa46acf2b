using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Functions;

/// <summary>Two instances of the Functions app over one container and one table of Azurite.</summary>
public sealed class TwoAppsTests(EndToEndFixture fixture, ITestOutputHelper output) : TwoServersTests(fixture, output)
{
    private Dictionary<string, string>? _settings;

    protected override async Task<BerthServer> StartServerAsync() =>
        await StartFunctionsAsync(_settings ??= await FunctionsApp.RequireStorageAsync());
}
