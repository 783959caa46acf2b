using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>Where data is kept, as the settings of one provider say.</summary>
public abstract record StoragePlace
{
    /// <summary>The setting to blame when it does not work.</summary>
    public abstract string Setting { get; }

    /// <summary>The place in words, without secrets.</summary>
    public abstract string Text { get; }

    /// <summary>What an operator can do about a store that loses data, in settings; empty where nothing.</summary>
    public virtual string AdviceOn(StorageFlaw flaw) => "";

    /// <inheritdoc/>
    public sealed override string ToString() => Text;

    /// <summary>Opens it, without proof that it works.</summary>
    /// <param name="logger">Told of what fails in the background.</param>
    public abstract RegistryStorage Open(ILogger logger);
}
