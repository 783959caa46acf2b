using System.Collections.Concurrent;
using Azure.Core.Pipeline;
using Berth.Storage;
using Berth.Storage.Azure;
using Berth.TestTools;

namespace Berth.Tests.Protocol;

/// <summary>Requests to a container and a table of Azurite, counted where they leave.</summary>
public sealed class AzureBudgetTests : RequestBudgetTests
{
    private readonly ConcurrentQueue<string> _requests = new();

    protected override IReadOnlyList<string> Requests => [.. _requests];

    protected override async Task<RegistryStorage?> OpenAsync()
    {
        var azurite = await Azurite.SharedAsync();
        Reason = azurite.Reason;
        if (Reason is not null)
        {
            return null;
        }
        var name = $"t{Guid.NewGuid():n}";
        var account = new AzureAccount(
            new() { ConnectionString = azurite.ConnectionString, Container = name, Table = name },
            new HttpClientTransport(new CountingHandler(_requests, azurite.BlobEndpoint.Port)));
        return AzureStorage.Open(account, TimeProvider.System);
    }

    protected override void Forget() => _requests.Clear();

    private sealed class CountingHandler(ConcurrentQueue<string> requests, int blobPort)
        : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            requests.Enqueue($"{(request.RequestUri!.Port == blobPort ? "blob" : "table")} {request.Method}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
