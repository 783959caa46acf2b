using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Berth.TestTools.Proxies;

/// <summary>
/// Stands between the registry and the service that keeps its data, on a free port of 127.0.0.1, and lets requests meet the
/// faults of a <see cref="FaultScript"/>. Everything else passes as it came, target and Host included, so that signatures
/// hold.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Transfer-Encoding", "Expect", "Upgrade", "Proxy-Connection",
    };

    private readonly Uri _upstream;
    private readonly FaultScript _script;
    private readonly ServiceDialect _dialect;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
    });

    private WebApplication? _app;

    private FaultProxy(Uri upstream, FaultScript script, ServiceDialect dialect) =>
        (_upstream, _script, _dialect) = (upstream, script, dialect);

    /// <summary>The service as the registry is to reach it, with the path that the service was given.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>Starts one.</summary>
    /// <param name="upstream">The service.</param>
    /// <param name="script">What goes wrong.</param>
    /// <param name="dialect">How the service words its errors.</param>
    public static async Task<FaultProxy> StartAsync(Uri upstream, FaultScript script, ServiceDialect dialect)
    {
        var proxy = new FaultProxy(upstream, script, dialect);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        proxy._app = builder.Build();
        proxy._app.Run(proxy.HandleAsync);
        await proxy._app.StartAsync();
        var address = proxy._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        proxy.Endpoint = new(new Uri(address), upstream.AbsolutePath);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not { } app)
            return;
        _app = null;
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var fault = _script.Next(context.Request.Method, target);
        try
        {
            if (fault is { } kind)
                await FailAsync(context, kind);
            else
                await PassAsync(context, context.Request.Body);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort(); // one side is gone, and the other sees it
        }
    }

    private async Task FailAsync(HttpContext context, FaultKind kind)
    {
        var (isDone, status) = kind switch
        {
            FaultKind.Error500 => (false, 500),
            FaultKind.Busy503 => (false, 503),
            FaultKind.Throttled429 => (false, 429),
            FaultKind.Conflict409 => (false, 409),
            FaultKind.Precondition412 => (false, 412),
            FaultKind.Stray404 => (false, 404),
            FaultKind.DoneBut500 => (true, 500),
            _ => (kind == FaultKind.AnswerLost, 0),
        };
        if (isDone)
        {
            using var lost = await SendAsync(context, context.Request.Body);
            await lost.Content.CopyToAsync(Stream.Null, context.RequestAborted);
        }
        else if (status != 0 || kind == FaultKind.Refused)
        {
            // Whoever is still sending would otherwise see a broken connection and not the error.
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        }

        await (_script.Happening?.Invoke() ?? Task.CompletedTask);
        if (status != 0)
            await AnswerAsync(context, Refuse(status));
        else if (isDone || kind == FaultKind.Refused)
            context.Abort();
        else
            await DisturbAsync(context, kind);
    }

    private HttpResponseMessage Refuse(int status) => status switch
    {
        404 => new(HttpStatusCode.NotFound) { Content = new StringContent("<html>lost</html>") },
        _ => _dialect.Refuse(status, retryAfter: status switch { 503 => 1, 429 => 5, _ => null }),
    };

    private async Task DisturbAsync(HttpContext context, FaultKind kind)
    {
        switch (kind)
        {
            case FaultKind.SlowRequest:
                await Task.Delay(_script.Delay, context.RequestAborted);
                await PassAsync(context, context.Request.Body);
                break;
            case FaultKind.SlowAnswer:
                using (var answer = await SendAsync(context, context.Request.Body))
                {
                    await Task.Delay(_script.Delay, context.RequestAborted);
                    await AnswerAsync(context, answer);
                }

                break;
            case FaultKind.AnswerCut:
                using (var answer = await SendAsync(context, context.Request.Body))
                    await AnswerHalfAsync(context, answer);
                break;
            case FaultKind.RequestCut when context.Request.ContentLength > 0:
                await PassAsync(context, new HalfStream(context.Request.Body, context.Request.ContentLength.Value / 2));
                break;
            case FaultKind.RequestCut:
                context.Abort();
                break;
            default:
                await SendTwiceAsync(context, passFirst: kind == FaultKind.Duplicate);
                break;
        }
    }

    private async Task SendTwiceAsync(HttpContext context, bool passFirst)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        using var first = await SendAsync(context, new MemoryStream(body.ToArray()));
        await first.Content.LoadIntoBufferAsync(context.RequestAborted);
        using var second = await SendAsync(context, new MemoryStream(body.ToArray()));
        await second.Content.LoadIntoBufferAsync(context.RequestAborted);
        await AnswerAsync(context, passFirst ? first : second);
    }

    private async Task PassAsync(HttpContext context, Stream body)
    {
        using var answer = await SendAsync(context, body);
        await AnswerAsync(context, answer);
    }

    private Task<HttpResponseMessage> SendAsync(HttpContext context, Stream body)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // As it came: a Uri that tidied up escapes would break the signature.
        var uri = new Uri(
            _upstream.GetLeftPart(UriPartial.Authority) + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new(context.Request.Method), uri)
        {
            Version = HttpVersion.Version11,
        };
        var headers = context.Request.Headers;
        if (headers.ContentLength is not null || headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(body);
        foreach (var (name, values) in headers)
        {
            if (!OfTheConnection.Contains(name) && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        return _client.SendAsync(request, context.RequestAborted);
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer)
    {
        WriteHead(context, answer);
        if (context.Request.Method == "HEAD")
            return;
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        await body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task AnswerHalfAsync(HttpContext context, HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (body.Length == 0 || context.Request.Method == "HEAD")
        {
            context.Abort();
            return;
        }

        // Fewer bytes than announced: Kestrel sends them and ends the connection, where Abort would take them back.
        WriteHead(context, answer);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
    }

    private static void WriteHead(HttpContext context, HttpResponseMessage answer)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!OfTheConnection.Contains(name))
                context.Response.Headers[name] = values.ToArray();
        }
    }

    /// <summary>Breaks after so many bytes.</summary>
    private sealed class HalfStream(Stream inner, long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0)
                throw new IOException("The test cuts the request here.");
            var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
