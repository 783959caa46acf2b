using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Stores;

/// <summary>The Functions app and Berth.Server over one bucket, told where by the same settings.</summary>
public abstract class TwoServersOverOneBucket(
    Func<string, Task<Dictionary<string, string>>> createSettingsAsync, EndToEndFixture fixture, ITestOutputHelper output)
    : TwoServersTests(fixture, output)
{
    private Dictionary<string, string>? _settings;

    protected override async Task<BerthServer> StartServerAsync()
    {
        if (_settings is not null)
            return await StartServerAsync(_settings);
        _settings = await createSettingsAsync("127.0.0.1");
        return await StartFunctionsAsync(_settings);
    }
}

public sealed class TwoServersOverS3(EndToEndFixture fixture, ITestOutputHelper output)
    : TwoServersOverOneBucket(ObjectServers.S3SettingsAsync, fixture, output);

public sealed class TwoServersOverOss(EndToEndFixture fixture, ITestOutputHelper output)
    : TwoServersOverOneBucket(ObjectServers.OssSettingsAsync, fixture, output);
