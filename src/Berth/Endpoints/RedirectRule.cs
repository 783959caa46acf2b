namespace Berth.Endpoints;

/// <summary>Which downloads are redirected to the store, where it can sign a URL; the others are streamed.</summary>
internal sealed class RedirectRule(RegistryOptions options)
{
    public bool Allows(RegistryRequest request) =>
        options.RedirectEnabled
        && !options.StreamedRepositories.Any(pattern => pattern.Includes(request.Repository))
        && !IsInStreamedNetwork(request);

    private bool IsInStreamedNetwork(RegistryRequest request) =>
        options.StreamedNetworks.Count > 0
        && ClientAddress.Of(request.Context, options.ProxyNetworks) is { } client
        && options.StreamedNetworks.Any(network => network.Contains(client));
}
