using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>The Docker registry's driver for Azure Blob storage, of its versions 2 and 3.</summary>
internal static class DockerAzure
{
    private const string BlobLabel = ".blob.";
    private const string DefaultRealm = "core.windows.net";

    /// <summary>The driver.</summary>
    public static DockerDriver Driver { get; } = new(StorageProviders.Azure)
    {
        Used =
        [
            ("container", AzurePlace.Container, null),
            ("connectionstring", AzurePlace.ConnectionString, null),
        ],
        Composed =
        [
            "accountname", "accountkey", "realm", "serviceurl",
            "credentials.type", "credentials.clientid", "credentials.tenantid", "credentials.secret",
        ],
        Compose = Compose,
        NotNeeded =
        [
            ("max_retries", "the SDK has its own"),
            ("max.retries", "the same as a variable"),
            ("retry_delay", "the SDK has its own"),
            ("retry.delay", "the same as a variable"),
        ],
        Missed =
        [
            ("rootdirectory", ["/"], "objects lie at the root of the container"),
            ("skipverify", ["false"], "certificates are verified; SSL_CERT_FILE names a file of those to trust"),
        ],
    };

    private static IEnumerable<Setting> Compose(DockerParameters parameters, ICollection<string> warnings)
    {
        const string name = "accountname";
        if (parameters.Text(name) is not { } account)
            return [];
        return parameters.Text("credentials.type")?.ToLowerInvariant() switch
        {
            null or "shared_key" when parameters.Text("accountkey") is { } key => SharedKey(parameters, account, key),
            null or "shared_key" => throw parameters.Refusal(name, "accountkey is missing beside it"),
            // The second is what the driver's documentation says.
            "default_credentials" or "default" => Identity(parameters, account),
            "client_secret" => throw parameters.Refusal(
                "credentials.type",
                "client_secret is not accepted; write default_credentials, and put the identity in the environment as "
                + "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"),
            var type => throw parameters.Refusal(
                "credentials.type", $"\"{type}\" is not accepted; write shared_key or default_credentials"),
        };
    }

    private static IEnumerable<Setting> SharedKey(DockerParameters parameters, string account, string key)
    {
        var realm = parameters.Text("realm") ?? DefaultRealm;
        var addresses = parameters.Text("serviceurl") is null
            ? $"EndpointSuffix={realm}"
            : $"BlobEndpoint={BlobUri(parameters, account)};TableEndpoint={TableUri(parameters, account)}";
        return
        [
            parameters.Setting(
                "accountkey", AzurePlace.ConnectionString,
                $"DefaultEndpointsProtocol=https;AccountName={account};AccountKey={key};{addresses}"),
        ];
    }

    private static IEnumerable<Setting> Identity(DockerParameters parameters, string account)
    {
        yield return parameters.Setting("accountname", AzurePlace.BlobServiceUri, BlobUri(parameters, account));
        yield return parameters.Setting("accountname", AzurePlace.TableServiceUri, TableUri(parameters, account));
        if (parameters.Text("credentials.clientid") is { } client)
            yield return parameters.Setting("credentials.clientid", AzurePlace.ClientId, client);
    }

    private static string BlobUri(DockerParameters parameters, string account) =>
        parameters.Text("serviceurl")
        ?? $"https://{account}{BlobLabel}{parameters.Text("realm") ?? DefaultRealm}";

    /// <summary>Berth's records lie in tables, which the driver does not know; their address differs by a label.</summary>
    private static string TableUri(DockerParameters parameters, string account)
    {
        var blobs = BlobUri(parameters, account);
        return blobs.Contains(BlobLabel, StringComparison.OrdinalIgnoreCase)
            ? blobs.Replace(BlobLabel, ".table.", StringComparison.OrdinalIgnoreCase)
            : throw parameters.Refusal(
                "serviceurl",
                $"the address of the account's tables cannot be told from this one; use {AzurePlace.ConnectionString}");
    }
}
