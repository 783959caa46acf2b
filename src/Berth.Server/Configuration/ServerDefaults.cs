using System.Net;
using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>The defaults that differ in a container, where nobody outside reaches 127.0.0.1.</summary>
/// <param name="Address">Where to listen.</param>
/// <param name="Host">What every host has a default for.</param>
/// <param name="DrainDelay">How long new requests are answered at the end.</param>
internal sealed record ServerDefaults(ListenAddress Address, BerthDefaults Host, TimeSpan DrainDelay)
{
    private const string ContainerSwitch = "BERTH_CONTAINER";

    /// <summary>Started by hand: this machine only, data beside the user.</summary>
    public static ServerDefaults Plain { get; } = new(new(null, IPAddress.Loopback, 5000), InFolder("data"), TimeSpan.Zero);

    /// <summary>What users of the Docker registry's image know.</summary>
    public static ServerDefaults InContainer { get; } = new(new(null, IPAddress.Any, 5000), InFolder("/var/lib/registry"), TimeSpan.FromSeconds(5));

    /// <summary>Whether the image's switch is on.</summary>
    public static bool IsContainer(ServerInput input) =>
        input.Environment.TryGetValue(ContainerSwitch, out var value)
        && ValueFormats.TryBoolean(value, out var isOn) && isOn;

    private static BerthDefaults InFolder(string root) => new(StorageProviders.Find("filesystem"), root);
}
