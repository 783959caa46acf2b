using Microsoft.Extensions.Logging;

namespace Berth.Storage.Azure;

/// <summary>A registry's storage in a storage account: bytes in Blob storage, facts in Table storage.</summary>
public static class AzureStorage
{
    /// <summary>Opens it without a call: clients are made when the first request needs them.</summary>
    /// <param name="options">The account.</param>
    /// <param name="time">The clock that signed URLs go by.</param>
    /// <param name="logger">Told of what fails in the background.</param>
    /// <exception cref="ArgumentException">The options name no account, or only a half of it.</exception>
    public static RegistryStorage Open(AzureStorageOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ConnectionString is null && (options.BlobServiceUri is null || options.TableServiceUri is null))
        {
            throw new ArgumentException(
                $"Azure storage needs {nameof(options.ConnectionString)}, or both {nameof(options.BlobServiceUri)} and "
                + $"{nameof(options.TableServiceUri)}.",
                nameof(options));
        }

        return Open(new AzureAccount(options), time, logger);
    }

    internal static RegistryStorage Open(AzureAccount account, TimeProvider time, ILogger? logger = null) =>
        RegistryStorage.Over(new BlobObjects(account, time, logger), new TableRecords(account));
}
