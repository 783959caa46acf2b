using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

/// <summary>The tests of one client against the run's server.</summary>
public abstract class ClientTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    /// <summary>The name of what is pushed, as clients have it.</summary>
    protected string Image => ImageAt(SharedServer);

    /// <summary>Looks at what the client did.</summary>
    protected RegistryHttp Http => new(SharedServer.Address);

    /// <summary>Checks that an image's config and the files of its layers are the same, byte for byte.</summary>
    protected static void AssertSameImage(UnpackedImage expected, UnpackedImage actual)
    {
        Assert.Equal(expected.Config, actual.Config);
        Assert.Equal(expected.Layers, actual.Layers);
    }

    /// <summary>Checks that the registry holds exactly what the sample does.</summary>
    protected async Task AssertPushedAsync(Sample sample) =>
        AssertSame(sample.ReadAll(), await Http.GetAllAsync(Repository, Sample.Tag));
}
