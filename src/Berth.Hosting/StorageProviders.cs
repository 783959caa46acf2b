using System.Diagnostics.CodeAnalysis;
using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>A way to keep data.</summary>
/// <param name="Name">Its name in the settings.</param>
/// <param name="Settings">Its settings, with what a help says of them.</param>
/// <param name="Bind">Reads them, with a host's defaults and what relative paths are relative to.</param>
public sealed record StorageProvider(
    string Name, IReadOnlyList<(string Name, string Meaning)> Settings,
    Func<Settings, BerthDefaults, string, StoragePlace> Bind);

/// <summary>Every provider, one line each.</summary>
public static class StorageProviders
{
    /// <summary>Azure's blobs and tables.</summary>
    public const string Azure = "azure";

    /// <summary>Every provider.</summary>
    internal static IReadOnlyList<StorageProvider> All { get; } =
    [
        new("filesystem", FolderPlace.Settings, FolderPlace.Bind),
        new(Azure, AzurePlace.Settings, AzurePlace.Bind),
        new("s3", S3Place.Settings, S3Place.Bind),
        new("oss", OssPlace.Settings, OssPlace.Bind),
        new("memory", [], (_, _, _) => MemoryPlace.Instance),
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
        provider = All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return provider is not null;
    }

    /// <summary>Opens a place and proves that it works, which writes a record and deletes it.</summary>
    /// <exception cref="SettingsException">It does not.</exception>
    public static async Task<RegistryStorage> OpenAsync(
        StoragePlace place, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        var storage = OpenUnproven(place, logger);
        try
        {
            await StorageCheck.RunAsync(storage.Records, cancellationToken);
            return storage;
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw CannotBeUsed(place, e);
        }
    }

    /// <summary>Opens a place to read from.</summary>
    /// <exception cref="SettingsException">It cannot be opened. Whether it works the first call will tell.</exception>
    public static RegistryStorage OpenUnproven(StoragePlace place, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(place);
        try
        {
            return place.Open(logger);
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw CannotBeUsed(place, e);
        }
    }

    private static bool IsUnusable(Exception exception) => exception
        is IOException or UnauthorizedAccessException
        or FormatException or ArgumentException or InvalidOperationException; // an SDK on its settings

    private static SettingsException CannotBeUsed(StoragePlace place, Exception cause) =>
        new(
            $"{place.Setting}: {place} cannot be used: {cause.Message}"
            + (cause is StorageFlawException { Flaw: var flaw } ? place.AdviceOn(flaw) : ""),
            cause);
}
