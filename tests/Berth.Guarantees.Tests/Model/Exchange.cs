using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Berth.Guarantees.Tests.Model;

/// <summary>A request to a handler in this process.</summary>
/// <param name="Method">GET, …</param>
/// <param name="Target">Path and query, as a client sends them.</param>
internal sealed record Request(string Method, string Target)
{
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>How many bytes of the body arrive before the connection breaks; <see langword="null"/> for all.</summary>
    public int? BrokenAfter { get; init; }

    /// <summary>Whether the length is not announced (chunked).</summary>
    public bool IsStreamed { get; init; }

    /// <summary>The length that is announced, where it is not the body's.</summary>
    public long? Announced { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public override string ToString() =>
        $"{Method} {Target}{string.Concat(Headers.Select(h => $" {h.Name}: {h.Value}"))}"
        + (Body.Length > 0 ? $" ({Body.Length} bytes{(IsStreamed ? ", chunked" : "")})" : "")
        + (BrokenAfter is { } count ? $" broken after {count}" : "");
}

/// <summary>An answer of a handler.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">As they were when the answer began.</param>
/// <param name="Body">What was sent.</param>
/// <param name="IsBroken">Whether a client would see that it is not whole.</param>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool IsBroken)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public override string ToString() =>
        $"{Status}{(IsBroken ? " broken" : "")}{(Status >= 400 ? " " + Text : $" ({Body.Length} bytes)")}";
}

/// <summary>
/// One request and its answer without a socket: what a server does to a handler, no more. Headers are fixed when the answer
/// begins; an answer whose bytes are not as many as it announced, or that was aborted, is a broken one.
/// </summary>
internal sealed class Exchange : IHttpResponseFeature, IHttpRequestLifetimeFeature, IDisposable
{
    private readonly CancellationTokenSource _aborted = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();
    private readonly Received _received;
    private Dictionary<string, string>? _sent;
    private int _status = 200;
    private bool _isAborted;

    private Exchange()
    {
        _received = new(this);
        RequestAborted = _aborted.Token;
    }

    public int StatusCode
    {
        get => _status;
        set => _status = _sent is null ? value : throw new InvalidOperationException("the answer has begun");
    }

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    /// <summary>Only <see cref="IHttpResponseBodyFeature"/> counts.</summary>
    public Stream Body { get; set; } = Stream.Null;

    public bool HasStarted => _sent is not null;

    public CancellationToken RequestAborted { get; set; }

    public void Abort()
    {
        _isAborted = true;
        _aborted.Cancel();
    }

    public void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    public void Dispose() => _aborted.Dispose();

    /// <summary>Sends a request to a handler and waits until it has done with it.</summary>
    public static async Task<Answer> RunAsync(RegistryHandler handler, Request request)
    {
        using var exchange = new Exchange();
        var context = exchange.CreateContext(request);
        await handler.HandleAsync(context);
        await exchange.StartAsync();
        while (exchange._completed.TryPop(out var one))
        {
            await one.Callback(one.State);
        }
        var isHead = request.Method == "HEAD";
        var body = isHead ? [] : exchange._received.Bytes.ToArray(); // a server sends none
        var isShort = !isHead && exchange._sent!.TryGetValue("Content-Length", out var length)
            && length != body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new(exchange._status, exchange._sent!, body, exchange._isAborted || isShort);
    }

    private DefaultHttpContext CreateContext(Request request)
    {
        var query = request.Target.IndexOf('?', StringComparison.Ordinal);
        var http = new HttpRequestFeature
        {
            Method = request.Method,
            Protocol = "HTTP/1.1",
            Scheme = "http",
            Path = Uri.UnescapeDataString(query < 0 ? request.Target : request.Target[..query]),
            QueryString = query < 0 ? "" : request.Target[query..],
            RawTarget = request.Target,
            Body = new Sent(request, () => _aborted.Cancel()),
        };
        if (request.IsStreamed)
            http.Headers.TransferEncoding = "chunked";
        else if (request.Body.Length > 0 || request.Method is "POST" or "PUT" or "PATCH")
            http.Headers.ContentLength = request.Announced ?? request.Body.Length;
        foreach (var (name, value) in request.Headers)
        {
            http.Headers[name] = StringValues.Concat(http.Headers[name], value);
        }
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(http);
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_received));
        features.Set<IHttpRequestLifetimeFeature>(this);
        return new(features) { Connection = { RemoteIpAddress = System.Net.IPAddress.Loopback } };
    }

    private async Task StartAsync()
    {
        while (_sent is null && _starting.TryPop(out var one))
        {
            await one.Callback(one.State);
        }
        _sent ??= Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The body of the answer.</summary>
    private sealed class Received(Exchange exchange) : WriteOnlyStream
    {
        public MemoryStream Bytes { get; } = new();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await exchange.StartAsync();
            Bytes.Write(buffer.Span);
        }
    }

    /// <summary>The body of the request, in pieces as a network brings them.</summary>
    private sealed class Sent(Request request, Action reset) : ReadOnlyStream
    {
        private const int Piece = 16 * 1024;

        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = request.BrokenAfter ?? request.Body.Length;
            var count = Math.Min(Math.Min(buffer.Length, Piece), end - _at);
            if (_at == end && request.BrokenAfter is not null)
            {
                reset();
                throw new ConnectionResetException("the client is gone");
            }
            request.Body.Slice(_at, count).CopyTo(buffer);
            _at += count;
            return ValueTask.FromResult(count);
        }
    }
}
