using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Xml;
using System.Xml.Linq;
using Aliyun.OSS.Common;

namespace Aliyun.OSS;

/// <summary>Sends requests one at a time for each caller, and throws the errors that the service answers.</summary>
internal sealed class ServiceClient
{
    /// <summary>All clients of one time-out share their connections, and nobody disposes of them.</summary>
    private static readonly ConcurrentDictionary<int, HttpClient> Clients = [];

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly bool _isCname;

    public ServiceClient(Uri endpoint, ClientConfiguration configuration)
    {
        (_endpoint, _isCname) = (endpoint, configuration.IsCname);
        _http = Clients.GetOrAdd(configuration.ConnectionTimeout, static milliseconds =>
        {
            var client = new HttpClient
            {
                Timeout = milliseconds < 0 ? TimeSpan.FromDays(1) : TimeSpan.FromMilliseconds(milliseconds),
            };
            client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "aliyun-sdk-dotnet/2.14.1");
            return client;
        });
    }

    /// <summary>An answer's headers; its body follows.</summary>
    public HttpResponseMessage Send(ServiceRequest request, RequestSigner signer)
    {
        request.Headers["Date"] = TimeProvider.System.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        signer.Sign(request);
        using var message = new HttpRequestMessage(request.Method, Address(request));
        if (request.Method == HttpMethod.Put || request.Method == HttpMethod.Post)
        {
            message.Content = request.Content is { } content ? new LentContent(content) : new ByteArrayContent([]);
            if (request.Headers.TryGetValue("Content-Type", out var type))
                message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            if (request.Headers.TryGetValue("Content-MD5", out var digest))
                message.Content.Headers.ContentMD5 = Convert.FromBase64String(digest);
        }

        foreach (var (name, value) in request.Headers)
        {
            if (!name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                message.Headers.TryAddWithoutValidation(name, value);
        }

        var response = _http.Send(message, HttpCompletionOption.ResponseHeadersRead);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw Error(response);
    }

    public Uri Address(ServiceRequest request) => request.Address(_endpoint, _isCname);

    /// <summary>The body of an answer, which is XML.</summary>
    public static XElement ReadXml(HttpResponseMessage response)
    {
        try
        {
            using var body = response.Content.ReadAsStream();
            return XElement.Load(body);
        }
        catch (XmlException e)
        {
            throw new InvalidOperationException("The service's answer is not to be understood.", e);
        }
    }

    private static Exception Error(HttpResponseMessage response)
    {
        try
        {
            var error = ReadXml(response);
            return new OssException(Text("Message") ?? "")
            {
                ErrorCode = Text("Code"),
                RequestId = Text("RequestId"),
            };

            string? Text(string name) => error.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;
        }
        catch (InvalidOperationException)
        {
            // Not the service's: a proxy's page, or nothing at all.
            return new HttpRequestException(
                $"Response status code does not indicate success: {(int)response.StatusCode}.", null, response.StatusCode);
        }
    }

    /// <summary>A body that stays the caller's: it is not disposed with the request.</summary>
    private sealed class LentContent(Stream content) : HttpContent
    {
        protected override void SerializeToStream(
            Stream stream, System.Net.TransportContext? context, CancellationToken cancellationToken) =>
            content.CopyTo(stream);

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            content.CopyToAsync(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = content.Length;
            return true;
        }
    }
}
