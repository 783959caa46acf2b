using System.Net;
using Azure.Core.Pipeline;
using Berth.Storage;
using Berth.Storage.Azure;

namespace Berth.Tests.Protocol;

/// <summary>How the parts of one layer travel to Azure storage.</summary>
public sealed class AzureUploadTests
{
    private const int Together = 4;

    [Fact]
    public async Task Four_blocks_of_a_layer_are_in_flight_together()
    {
        using var service = new HoldingService();
        using var http = new HttpClient(service, disposeHandler: false);
        var account = new AzureAccount(
            new() { ConnectionString = "AccountName=a;AccountKey=AAAA;BlobEndpoint=http://blobs.test/a" },
            new HttpClientTransport(http));
        var storage = RegistryStorage.Over(new BlobObjects(account, TimeProvider.System), new MemoryRecords());
        await using var registry = await TestRegistry.StartAsync(storage);
        await new Client(registry.Client).PushBlobAsync(Client.NewRepository(), Client.RandomBytes(64 * 1024 * 1024));

        Assert.Equal(Together, service.MostTogether);
    }

    /// <summary>Answers the first blocks when as many are there together, and all others at once.</summary>
    private sealed class HoldingService : HttpMessageHandler
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private int _together;

        public int MostTogether { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isBlock = request.RequestUri!.Query.Contains("comp=block&", StringComparison.Ordinal);
            if (isBlock)
            {
                lock (_lock)
                {
                    MostTogether = Math.Max(MostTogether, ++_together);
                    if (MostTogether >= Together)
                    {
                        _all.TrySetResult();
                    }
                }
            }
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            if (isBlock)
            {
                // Without enough of them they go on all the same, so that the test ends and tells how many there were.
                await Task.WhenAny(_all.Task, Task.Delay(TimeSpan.FromSeconds(5), cancellationToken));
                _all.TrySetResult();
                lock (_lock)
                {
                    _together--;
                }
            }
            return new(HttpStatusCode.Created)
            {
                RequestMessage = request,
                Headers = { { "ETag", "\"1\"" } },
                Content = new ByteArrayContent([]) { Headers = { LastModified = DateTimeOffset.UnixEpoch } },
            };
        }
    }
}
