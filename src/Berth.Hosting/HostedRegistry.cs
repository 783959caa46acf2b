using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>Makes the registry of a host, and tells by the names of settings why there can be none.</summary>
public static class HostedRegistry
{
    /// <summary>Makes it. Makes no call to the store.</summary>
    /// <exception cref="SettingsException">A key cannot be used.</exception>
    public static RegistryHandler Create(RegistryOptions options, RegistryStorage storage, ILogger<RegistryHandler> logger)
    {
        try
        {
            return new(options, storage, TimeProvider.System, logger);
        }
        catch (ArgumentException e)
        {
            throw new SettingsException($"Berth:Auth: {WithoutParameter(e)}", e);
        }
    }

    /// <summary>Sees to it that there is an administrator, or can be one.</summary>
    /// <returns>The code that makes the first; <see langword="null"/> where none is needed.</returns>
    /// <exception cref="SettingsException">The administrator that the settings name cannot have that name or password.</exception>
    /// <exception cref="StorageException">The store does not answer.</exception>
    public static async Task<string?> PrepareAsync(RegistryHandler registry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registry);
        try
        {
            return await registry.PrepareAsync(cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new SettingsException($"Berth:Auth:Accounts:Administrator: {WithoutParameter(e)}", e);
        }
    }

    private static string WithoutParameter(ArgumentException exception) =>
        exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal);
}
