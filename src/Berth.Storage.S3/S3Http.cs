using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;

namespace Berth.Storage.S3;

/// <summary>The SDK's way to the network: one client, which gives up what the SDK would wait for.</summary>
/// <param name="transport">What sends the requests; <see langword="null"/> for sockets.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "As old as the process, as the store is that it serves.")]
internal sealed class S3Http(HttpMessageHandler? transport) : HttpClientFactory
{
    private readonly HttpClient _client = new(new WholeAnswers(transport ?? new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10), // after which names are resolved again
        UseCookies = false,
    }))
    {
        Timeout = Timeout.InfiniteTimeSpan, // each try has its own
    };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    /// <summary>
    /// Reads every answer that is not an object while the try's time runs: the SDK parses them as they come, without a
    /// limit and in a blocked thread. Asks to continue only before bodies for which the round trip is worth it. And lets
    /// nobody send a request again without its caller's knowledge, who could take its own work for another's.
    /// </summary>
    private sealed class WholeAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        /// <summary>In bytes.</summary>
        private const int LargeBody = 1024 * 1024;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!(request.Content?.Headers.ContentLength > LargeBody))
                request.Headers.ExpectContinue = false;
            // The client itself repeats a request without a body whose connection turns out to be closed.
            if (request.Headers.Contains("If-Match") && request.Method != HttpMethod.Get)
                request.Content ??= new ByteArrayContent([]);
            var response = await SendOnceAsync(request, cancellationToken);
            if (IsObject(request, response))
                return response;
            try
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }

        private async Task<HttpResponseMessage> SendOnceAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e)
            {
                // Not with its cause: where that is a reset connection, the SDK sends the request again.
                throw new HttpRequestException(e.HttpRequestError, e.InnerException?.Message ?? e.Message);
            }
        }

        private static bool IsObject(HttpRequestMessage request, HttpResponseMessage response) =>
            request.Method == HttpMethod.Get && response.IsSuccessStatusCode
            && !request.RequestUri!.Query.Contains("list-type=", StringComparison.Ordinal);
    }
}
