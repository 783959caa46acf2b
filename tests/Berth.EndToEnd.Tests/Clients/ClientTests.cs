using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

/// <summary>The tests of one client against a server of the run's.</summary>
public abstract class ClientTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private BerthServer? _functions;

    /// <summary>The server.</summary>
    protected BerthServer Server => _functions ?? SharedServer;

    /// <summary>The name of what is pushed, as clients have it.</summary>
    protected string Image => ImageAt(Server);

    /// <summary>Looks at what the client did.</summary>
    protected RegistryHttp Http => new(Server.Address);

    public override async Task InitializeAsync()
    {
        if (this is IOnFunctions)
            _functions = await RequireFunctionsAsync();
    }

    /// <summary>Checks that an image's config and the files of its layers are the same, byte for byte.</summary>
    protected static void AssertSameImage(UnpackedImage expected, UnpackedImage actual)
    {
        Assert.Equal(expected.Config, actual.Config);
        Assert.Equal(expected.Layers, actual.Layers);
    }

    /// <summary>Checks, after a pull, that the Functions app sent no blob itself; Berth.Server's folder has nowhere else.</summary>
    protected async Task AssertRedirectedAsync()
    {
        if (_functions is not null)
            await AssertRedirectedAsync(_functions);
    }

    /// <summary>Checks that the registry holds exactly what the sample does.</summary>
    protected async Task AssertPushedAsync(Sample sample) =>
        AssertSame(sample.ReadAll(), await Http.GetAllAsync(Repository, Sample.Tag));
}

/// <summary>Runs a client's tests against the Functions app over Azurite, not against Berth.Server.</summary>
public interface IOnFunctions;
