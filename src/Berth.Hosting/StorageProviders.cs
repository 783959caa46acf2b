using System.Diagnostics.CodeAnalysis;
using Berth.Storage;
using Berth.Storage.Azure;
using Berth.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>A place for data.</summary>
/// <param name="Name">Its name in the settings.</param>
/// <param name="Setting">The setting to blame when it does not work.</param>
/// <param name="Place">Where the data is, in words.</param>
/// <param name="Open">Makes the storage, which logs what fails in the background.</param>
public sealed record StorageProvider(
    string Name, Func<BerthOptions, string> Setting, Func<BerthOptions, string> Place,
    Func<BerthOptions, ILogger, RegistryStorage> Open);

/// <summary>Every provider, one line each.</summary>
public static class StorageProviders
{
    /// <summary>Azure's blobs and tables.</summary>
    public const string Azure = "azure";

    private static readonly StorageProvider[] All =
    [
        new("filesystem", _ => SettingNames.FileSystemRoot, options => options.FileSystemRoot,
            (options, _) => RegistryStorage.Over(new FileSystemObjects(options.FileSystemRoot))),
        new(Azure, options => options.Azure.Setting(), options => options.Azure.Place(),
            (options, logger) => AzureStorage.Open(options.Azure, TimeProvider.System, logger)),
        new("memory", _ => SettingNames.Provider, _ => "memory, until it ends",
            (_, _) => RegistryStorage.Over(new MemoryObjects())),
    ];

    /// <summary>The names, for messages.</summary>
    public static string Names =>
        $"{string.Join(", ", All.SkipLast(1).Select(provider => provider.Name))} or {All[^1].Name}";

    /// <summary>Finds a provider that is there.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static StorageProvider Find(string name) =>
        TryFind(name, out var provider) ? provider : throw new ArgumentException($"no such provider: {name}", nameof(name));

    /// <summary>Finds a provider by its name. Names ignore case.</summary>
    public static bool TryFind(string name, [MaybeNullWhen(false)] out StorageProvider provider)
    {
        provider = Array.Find(All, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return provider is not null;
    }

    /// <summary>Opens the provider and proves that it works.</summary>
    /// <exception cref="SettingsException">It does not.</exception>
    public static async Task<RegistryStorage> OpenAsync(
        BerthOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var storage = options.Provider.Open(options, logger);
            await StorageCheck.RunAsync(storage.Records, cancellationToken);
            return storage;
        }
        catch (Exception e) when (e
            is IOException or UnauthorizedAccessException
            or FormatException or ArgumentException or InvalidOperationException) // an SDK on its settings
        {
            throw new SettingsException(
                $"{options.Provider.Setting(options)}: {options.Provider.Place(options)} cannot be used: {e.Message}", e);
        }
    }
}
