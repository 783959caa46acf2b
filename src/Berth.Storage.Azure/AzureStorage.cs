namespace Berth.Storage.Azure;

/// <summary>A registry's storage in a storage account: bytes in Blob storage, facts in Table storage.</summary>
public static class AzureStorage
{
    /// <summary>Opens it without a call: clients are made when the first request needs them.</summary>
    /// <exception cref="ArgumentException">The options name no account, or only a half of it.</exception>
    public static RegistryStorage Open(AzureStorageOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ConnectionString is null && (options.BlobServiceUri is null || options.TableServiceUri is null))
        {
            throw new ArgumentException(
                $"Azure storage needs {nameof(options.ConnectionString)}, or both {nameof(options.BlobServiceUri)} and "
                + $"{nameof(options.TableServiceUri)}.",
                nameof(options));
        }

        return Open(new AzureAccount(options), time);
    }

    internal static RegistryStorage Open(AzureAccount account, TimeProvider time) =>
        RegistryStorage.Over(new BlobObjects(account, time), new TableRecords(account));
}
