namespace Berth.Storage.Azure;

/// <summary>Which storage account, and how to reach it: a connection string, or the addresses of its services.</summary>
public sealed record AzureStorageOptions
{
    /// <summary>A connection string, with the account key or a shared access signature. Secret.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The blob service, such as https://account.blob.core.windows.net, reached as the identity of the host.</summary>
    public Uri? BlobServiceUri { get; init; }

    /// <summary>The table service, such as https://account.table.core.windows.net, reached as the identity of the host.</summary>
    public Uri? TableServiceUri { get; init; }

    /// <summary>
    /// The client id of a user-assigned identity; <see langword="null"/> for the one that AZURE_CLIENT_ID names, or else
    /// the host's own.
    /// </summary>
    public string? ClientId { get; init; }

    /// <summary>The container of the objects.</summary>
    public string Container { get; init; } = "berth";

    /// <summary>The table of the records.</summary>
    public string Table { get; init; } = "berth";

    /// <summary>
    /// Whether the first write creates a container or a table that is missing. Where it may not, one that is missing is
    /// a fault, not an empty registry.
    /// </summary>
    public bool CreateMissing { get; init; } = true;
}
