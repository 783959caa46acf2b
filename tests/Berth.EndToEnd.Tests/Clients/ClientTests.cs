using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

/// <summary>The tests of one client against a server of the run's.</summary>
public abstract class ClientTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private BerthServer? _server;

    /// <summary>The server.</summary>
    protected BerthServer Server => _server ?? SharedServer;

    /// <summary>The name of what is pushed, as clients have it.</summary>
    protected string Image => ImageAt(Server);

    /// <summary>Looks at what the client did.</summary>
    protected RegistryHttp Http => new(Server.Address);

    public override async Task InitializeAsync()
    {
        var store = this is IOverS3 ? Store.S3 : this is IOverOss ? Store.Oss : Store.Azure;
        if (this is IOnFunctions || store != Store.Azure)
            _server = await RequireServerAsync(this is IOnFunctions, store);
    }

    /// <summary>Checks that an image's config and the files of its layers are the same, byte for byte.</summary>
    protected static void AssertSameImage(UnpackedImage expected, UnpackedImage actual)
    {
        Assert.Equal(expected.Config, actual.Config);
        Assert.Equal(expected.Layers, actual.Layers);
    }

    /// <summary>Checks, after a pull, that the server sent no blob itself; a folder has nowhere else.</summary>
    protected async Task AssertRedirectedAsync()
    {
        if (_server is not null)
            await AssertRedirectedAsync(_server);
    }

    /// <summary>Checks that the registry holds exactly what the sample does.</summary>
    protected async Task AssertPushedAsync(Sample sample) =>
        AssertSame(sample.ReadAll(), await Http.GetAllAsync(Repository, Sample.Tag));
}

/// <summary>Runs a client's tests against the Functions app, over Azurite if nothing else is said, not against Berth.Server.</summary>
public interface IOnFunctions;

/// <summary>Runs a client's tests over S3.</summary>
public interface IOverS3;

/// <summary>Runs a client's tests over OSS.</summary>
public interface IOverOss;
