using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Functions;

/// <summary>The Functions app and Berth.Server over one container and one table of Azurite: one registry too.</summary>
public sealed class BothHostsTests(EndToEndFixture fixture, ITestOutputHelper output) : TwoServersTests(fixture, output)
{
    private Dictionary<string, string>? _settings;

    protected override async Task<BerthServer> StartServerAsync()
    {
        if (_settings is not null)
            return await StartServerAsync(_settings);
        _settings = await FunctionsApp.RequireStorageAsync();
        var app = await StartFunctionsAsync(_settings);
        _settings["Berth__Storage__Provider"] = "azure";
        _settings["Berth__Storage__Azure__ConnectionString"] = _settings["AzureWebJobsStorage"];
        return app;
    }
}
