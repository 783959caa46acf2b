using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>Every storage driver that the Docker registry has had.</summary>
internal static class DockerDrivers
{
    /// <summary>Those whose data Berth can keep.</summary>
    public static IReadOnlyList<DockerDriver> All { get; } =
    [
        new("filesystem")
        {
            Used = [("rootdirectory", FolderPlace.RootSetting, null)],
            NotNeeded = [("maxthreads", "files are opened as requests need them")],
        },
        new("memory"),
        DockerAzure.Driver,
        DockerOss.Driver,
        DockerS3.Driver,
    ];

    /// <summary>Those it cannot, with what can be used in their place.</summary>
    public static IReadOnlyList<(string Docker, string Instead)> Foreign { get; } =
    [
        ("gcs", "Berth does not keep data in Google Cloud Storage; use s3, oss, azure or filesystem"),
        ("rados", "Berth does not speak to Ceph's RADOS; use storage s3 with regionendpoint and Ceph's object gateway"),
        ("swift", "Berth does not speak Swift's API; use storage s3 with regionendpoint and Swift's s3api"),
    ];

    /// <summary>What a driver of that name is called here.</summary>
    public static string ProviderOf(string docker) => docker.ToLowerInvariant() switch
    {
        "inmemory" => "memory",
        "s3aws" => "s3",
        var name => name,
    };

    /// <summary>Refuses a driver that Berth cannot take the place of, where no source overrules it.</summary>
    /// <exception cref="SettingsException">The provider is such a driver.</exception>
    public static void RefuseForeign(Settings settings)
    {
        var provider = settings.Text(SettingNames.Provider);
        if (Foreign.FirstOrDefault(entry => entry.Docker == provider).Instead is { } instead)
            throw settings.Refusal(SettingNames.Provider, instead);
    }
}
