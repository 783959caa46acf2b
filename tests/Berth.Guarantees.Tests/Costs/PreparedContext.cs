using Berth.Guarantees.Tests.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Berth.Guarantees.Tests.Costs;

/// <summary>
/// A request whose server allocates nothing any more once it is there, as Kestrel does not, which uses its own again. It drops
/// the answer's body.
/// </summary>
internal sealed class PreparedContext : IHttpResponseFeature, IHttpResponseBodyFeature
{
    private readonly List<(Func<object, Task> Callback, object State)> _starting = new(8);
    private readonly StreamResponseBodyFeature _body = new(Stream.Null);

    public PreparedContext(Request request)
    {
        var features = new FeatureCollection(16);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = request.Method,
            Protocol = "HTTP/1.1",
            Scheme = "http",
            Path = request.Target,
            RawTarget = request.Target,
        });
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        Http = new DefaultHttpContext(features) { Connection = { RemoteIpAddress = System.Net.IPAddress.Loopback } };
        // What is made at its first use.
        _ = (Http.Request.Headers, Http.Response.Headers, Http.Request.Query, Http.TraceIdentifier, Http.RequestAborted, _body.Writer);
    }

    public HttpContext Http { get; }

    public int StatusCode { get; set; } = 200;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary(new Dictionary<string, StringValues>(24));

    public Stream Body { get; set; } = Stream.Null;

    public bool HasStarted { get; private set; }

    Stream IHttpResponseBodyFeature.Stream => _body.Stream;

    System.IO.Pipelines.PipeWriter IHttpResponseBodyFeature.Writer => _body.Writer;

    public void OnStarting(Func<object, Task> callback, object state) => _starting.Add((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => throw new NotSupportedException();

    public void DisableBuffering()
    {
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted)
            return;
        HasStarted = true;
        for (var i = _starting.Count - 1; i >= 0; i--)
            await _starting[i].Callback(_starting[i].State);
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task CompleteAsync() => Task.CompletedTask;
}
