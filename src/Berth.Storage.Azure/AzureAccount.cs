using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Berth.Storage.Azure;

/// <summary>What the clients of both services share: who calls, how often, and when to give up.</summary>
/// <param name="options">The account.</param>
/// <param name="transport">What sends the requests; <see langword="null"/> for the SDK's own.</param>
/// <param name="credential">Who calls; <see langword="null"/> for the identity of the host.</param>
internal sealed class AzureAccount(
    AzureStorageOptions options, HttpPipelineTransport? transport = null, TokenCredential? credential = null)
{
    private readonly Lazy<TokenCredential> _credential = new(() => credential ?? new DefaultAzureCredential(IdentityOptions(options.ClientId)));

    public AzureStorageOptions Options => options;

    /// <summary>Who calls, where there is no connection string.</summary>
    public TokenCredential Credential => _credential.Value;

    /// <summary>Options for one client.</summary>
    public T Configure<T>(T client)
        where T : ClientOptions
    {
        client.RetryPolicy = new BoundedRetries();
        if (transport is not null)
            client.Transport = transport;
        return client;
    }

    /// <summary>
    /// The sources of a server or of a developer's command line: each one tried costs the first request time. One that
    /// hangs is given up after about 35 s: a managed identity is asked 6 times, whatever the options say of retries.
    /// </summary>
    internal static DefaultAzureCredentialOptions IdentityOptions(string? clientId)
    {
        var options = new DefaultAzureCredentialOptions
        {
            ExcludeVisualStudioCredential = true,
            ExcludeAzurePowerShellCredential = true,
            ExcludeInteractiveBrowserCredential = true,
            Retry =
            {
                MaxRetries = BoundedRetries.MaximumRetries,
                Delay = BoundedRetries.FirstWait,
                MaxDelay = BoundedRetries.LongestWait,
                NetworkTimeout = TimeSpan.FromSeconds(5),
            },
        };
        if (clientId is not null) // else they are what AZURE_CLIENT_ID says, as in AKS
            (options.ManagedIdentityClientId, options.WorkloadIdentityClientId) = (clientId, clientId);
        return options;
    }
}
