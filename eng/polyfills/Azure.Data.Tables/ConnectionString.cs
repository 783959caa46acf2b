using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>What a connection string says of the table service.</summary>
/// <param name="Endpoint">The service's URL.</param>
/// <param name="Authentication">What makes a request the account's.</param>
internal sealed record ConnectionString(Uri Endpoint, HttpPipelinePolicy Authentication)
{
    // The emulator's account and key are public and the same everywhere.
    private const string EmulatorAccount = "devstoreaccount1";

    private const string EmulatorKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <exception cref="FormatException">The text is not a connection string with a key or a signature.</exception>
    public static ConnectionString Parse(string text)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !settings.TryAdd(part[..equals], part[(equals + 1)..]))
            {
                throw new FormatException("Settings must be of the form \"name=value\", each once.");
            }
        }

        if (settings.TryGetValue("UseDevelopmentStorage", out var emulator) && bool.TryParse(emulator, out var use) && use)
        {
            var proxy = new Uri(settings.GetValueOrDefault("DevelopmentStorageProxyUri", "http://127.0.0.1"));
            return new(
                new UriBuilder(proxy) { Port = 10002, Path = EmulatorAccount }.Uri,
                new SharedKeyLitePolicy(EmulatorAccount, Convert.FromBase64String(EmulatorKey)));
        }

        settings.TryGetValue("AccountName", out var name);
        var endpoint = settings.GetValueOrDefault("TableEndpoint");
        if (endpoint is null && name is not null)
        {
            endpoint = settings.GetValueOrDefault("DefaultEndpointsProtocol", "https")
                + $"://{name}.table.{settings.GetValueOrDefault("EndpointSuffix", "core.windows.net")}";
        }

        HttpPipelinePolicy? authentication = null;
        if (settings.TryGetValue("SharedAccessSignature", out var signature))
        {
            authentication = new SharedAccessSignaturePolicy(signature);
        }
        else if (name is not null && settings.TryGetValue("AccountKey", out var key))
        {
            authentication = new SharedKeyLitePolicy(name, Convert.FromBase64String(key));
        }

        return endpoint is not null && authentication is not null
            ? new(new Uri(endpoint), authentication)
            : throw new FormatException("No valid combination of account information found.");
    }
}
