using Berth.Storage;
using Berth.Storage.FileSystem;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>The scenarios themselves, and that the check finds what it is to find.</summary>
public sealed class ScenarioTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.CreateInMemory();

    public static TheoryData<string, string> Runs()
    {
        var runs = new TheoryData<string, string>();
        foreach (var scenario in Scenario.All)
        {
            foreach (var retrying in Enum.GetNames<Retrying>())
                runs.Add(scenario.Name, retrying);
        }

        return runs;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Undisturbed_it_keeps_every_promise_also_when_done_twice(string scenario, string retrying)
    {
        var files = new FileSystemObjects(_folder.Path);
        await using var host = await RegistryHost.StartAsync(RegistryStorage.Over(files, files));
        using var play = new Play(host, new(), Enum.Parse<Retrying>(retrying), files.MinimumPartSize, seed: 1);
        await Scenario.Find(scenario).Prepare(play);
        for (var round = 0; round < 2; round++)
        {
            await Scenario.Find(scenario).Run(play);
            await play.CheckAsync();
        }
    }
}
