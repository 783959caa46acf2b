using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

/// <summary>What the tests of one client need: the client in a home of its own, and a registry.</summary>
[Collection(EndToEndTests.Name)]
public abstract class ClientTests(EndToEndFixture fixture, ITestOutputHelper output) : IDisposable
{
    private readonly int _logged = fixture.Server.Log.Count;
    private readonly RegistryHttp _http = new(fixture.Server.Address);

    protected TemporaryFolder Folder { get; } = TemporaryFolder.Create();

    /// <summary>A repository that nothing else uses.</summary>
    protected string Repository { get; } = $"e2e/{Guid.NewGuid():n}";

    protected BerthServer Server => fixture.Server;

    protected RegistryHttp Http => _http;

    /// <summary>The name of what is pushed, as clients have it.</summary>
    protected string Image => $"{Server.Host}/{Repository}:{Sample.Tag}";

    protected ITestOutputHelper Output => output;

    public void Dispose()
    {
        foreach (var line in Server.Log.Skip(_logged))
            output.WriteLine($"[server] {line}");
        _http.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Finds a program, or skips the test.</summary>
    protected ClientProgram Require(string name, params string[] options)
    {
        var path = fixture.Require(name);
        return new(path, ClientHome.Create(Folder), output) { Options = options, Folder = Folder.Path };
    }

    protected Sample CreateSample(SampleKind kind) => Sample.Create(kind, Folder.At("pushed"));

    /// <summary>Checks that two sets of manifests and blobs have the same names and the same bytes.</summary>
    protected static void AssertSame(
        SortedDictionary<string, byte[]> expected, SortedDictionary<string, byte[]> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, pair => Assert.True(
            pair.Value.AsSpan().SequenceEqual(actual[pair.Key]), $"{pair.Key} differs"));
    }

    /// <summary>Checks that an image's config and the files of its layers are the same, byte for byte.</summary>
    protected static void AssertSameImage(UnpackedImage expected, UnpackedImage actual)
    {
        Assert.Equal(expected.Config, actual.Config);
        Assert.Equal(expected.Layers, actual.Layers);
    }

    /// <summary>Checks that the registry holds exactly what the sample does.</summary>
    protected async Task AssertPushedAsync(Sample sample) =>
        AssertSame(sample.ReadAll(), await _http.GetAllAsync(Repository, Sample.Tag));

    /// <summary>Checks that a client pulled exactly what the sample holds.</summary>
    protected static void AssertPulled(Sample sample, string folder)
    {
        var pulled = OciLayout.Open(folder);
        Assert.Equal(sample.Digest, pulled.DigestOf(Sample.Tag));
        AssertSame(sample.ReadAll(), pulled.ReadAll(sample.Digest));
    }
}
