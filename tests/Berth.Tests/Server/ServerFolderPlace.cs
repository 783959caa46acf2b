using Berth.Hosting;

namespace Berth.Tests.Server;

/// <summary>Where an environment makes the server keep its data; everything in it must be understood.</summary>
public sealed class ServerFolderPlace
{
    public ServerFolderPlace(params (string Name, string Value)[] environment)
    {
        using var folder = new ServerFolder();
        var configuration = folder.Read(null, environment);
        Assert.Empty(configuration.Warnings);
        Place = configuration.Options.Berth.Place;
    }

    public StoragePlace Place { get; }
}
