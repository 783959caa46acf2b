using Berth.Deployment.Tests.Bicep;
using Berth.TestTools;

namespace Berth.Deployment.Tests;

/// <summary>main.bicep and everything in infra, read once.</summary>
public sealed class TemplateFixture : IAsyncLifetime
{
    private IReadOnlyDictionary<string, BicepFile>? _files;
    private string? _reason;

    /// <summary>Each file by its path from the top of the checkout; skips the test where none can be read.</summary>
    public IReadOnlyDictionary<string, BicepFile> Files
    {
        get
        {
            Skip.If(_reason is not null, _reason);
            return _files!;
        }
    }

    public BicepFile Main => Files["main.bicep"];

    /// <summary>Every resource with the file it is in.</summary>
    public IEnumerable<(string File, BicepResource Resource)> Resources =>
        Files.SelectMany(file => file.Value.Resources.Select(resource => (file.Key, resource)));

    /// <summary>The resources of a type that are made, not only referred to.</summary>
    public IEnumerable<BicepResource> OfType(string type) =>
        Resources.Select(pair => pair.Resource).Where(resource => resource.Type == type && !resource.IsExisting);

    public async Task InitializeAsync()
    {
        _reason = await BicepReader.FindReasonAsync();
        if (_reason is null)
        {
            var infra = Directory.GetFiles(Repository.PathOf("infra"), "*.bicep*").Select(Path.GetFileName);
            _files = await BicepReader.ReadAsync(
                Repository.PathOf(""), ["main.bicep", .. infra.Select(name => $"infra/{name}").Order()]);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
