using Berth.Storage;
using Berth.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>A folder of this machine.</summary>
public sealed record FolderPlace : StoragePlace
{
    /// <summary>The setting that names the folder.</summary>
    public const string RootSetting = "Berth:Storage:FileSystem:Root";

    private FolderPlace(string root) => Root = root;

    /// <summary>Its settings, with what a help says of them.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Settings { get; } =
        [(RootSetting, "the folder of the filesystem provider (./data)")];

    /// <inheritdoc/>
    public override string Setting => RootSetting;

    /// <summary>The folder, absolute.</summary>
    public string Root { get; }

    /// <summary>Reads the settings.</summary>
    public static StoragePlace Bind(Settings settings, BerthDefaults defaults, string workingDirectory) =>
        new FolderPlace(Path.TrimEndingDirectorySeparator(
            Path.GetFullPath(settings.Text(RootSetting) ?? defaults.FileSystemRoot, workingDirectory)));

    /// <inheritdoc/>
    public override string Text => Root;

    /// <inheritdoc/>
    public override RegistryStorage Open(ILogger logger)
    {
        var objects = new FileSystemObjects(Root);
        return RegistryStorage.Over(objects, objects);
    }
}
