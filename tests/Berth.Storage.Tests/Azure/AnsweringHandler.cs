using System.Net;
using Azure.Core.Pipeline;
using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>A blob service that answers as a test says.</summary>
internal sealed class AnsweringHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    /// <summary>Method and address of each request.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Gives each answer once, and the last one to all further requests.</summary>
    public static AnsweringHandler InTurn(params Func<HttpResponseMessage>[] answers)
    {
        var next = 0;
        return new(_ => answers[Math.Min(Interlocked.Increment(ref next), answers.Length) - 1]());
    }

    /// <summary>An error as the service tells it, in a header.</summary>
    public static HttpResponseMessage Error(int status, string? code = null, int? retryAfter = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent([]) };
        if (code is not null)
            response.Headers.Add("x-ms-error-code", code);
        if (retryAfter is { } seconds)
            response.Headers.Add("Retry-After", $"{seconds}");
        return response;
    }

    /// <summary>The answer to a write.</summary>
    public static HttpResponseMessage Created() => new(HttpStatusCode.Created)
    {
        Headers = { { "ETag", "\"1\"" } },
        Content = new ByteArrayContent([]) { Headers = { LastModified = DateTimeOffset.UnixEpoch } },
    };

    /// <summary>A store over this service.</summary>
    public BlobObjects Store(bool createMissing = true, HttpPipelineTransport? transport = null) => new(
        new(
            new()
            {
                ConnectionString =
                    $"AccountName={Azurite.Account};AccountKey={Azurite.AccountKey};BlobEndpoint=http://blobs.test/{Azurite.Account}",
                CreateMissing = createMissing,
            },
            transport ?? new HttpClientTransport(this)),
        TimeProvider.System);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
        if (request.Content is not null)
            await request.Content.CopyToAsync(Stream.Null, cancellationToken);
        var response = answer(request);
        response.RequestMessage = request;
        return response;
    }
}
