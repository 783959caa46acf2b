using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>This process.</summary>
public sealed record MemoryPlace : StoragePlace
{
    private MemoryPlace()
    {
    }

    /// <summary>The only one.</summary>
    public static MemoryPlace Instance { get; } = new();

    /// <inheritdoc/>
    public override string Setting => SettingNames.Provider;

    /// <inheritdoc/>
    public override string Text => "memory, until it ends";

    /// <inheritdoc/>
    public override RegistryStorage Open(ILogger logger)
    {
        var objects = new MemoryObjects();
        return RegistryStorage.Over(objects, objects);
    }
}
