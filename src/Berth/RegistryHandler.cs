using System.Diagnostics;
using System.Net;
using Berth.Accounts;
using Berth.Auth;
using Berth.Auth.Audit;
using Berth.Errors;
using Berth.Storage;
using Berth.Stores;
using Berth.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth;

/// <summary>The registry: answers every request of the distribution-spec. Both hosts only call it.</summary>
public sealed class RegistryHandler : IDisposable
{
    private readonly Router _router;
    private readonly Gate _gate;
    private readonly AuthOptions _auth;
    private readonly Administrators _administrators;
    private readonly AnswerHeaders _headers;
    private readonly AuditTrail? _audit;
    private readonly RequestThrottle _throttle;
    private readonly IReadOnlyList<IPNetwork> _proxies;
    private readonly StorageMeter _meter;
    private readonly UploadBuffers _buffers;
    private readonly BodyLimit? _bodyLimit;
    private readonly ILogger<RegistryHandler> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _isDraining;

    /// <summary>Creates a registry over a store. Makes no call to it.</summary>
    public RegistryHandler(
        RegistryOptions options, RegistryStorage storage, TimeProvider time, ILogger<RegistryHandler> logger)
    {
        _meter = storage.Meter;
        _headers = new(options.Auth.PublicUrl);
        _logger = logger;
        _bodyLimit = options.BodyLimit;
        _buffers = new(options.UploadBufferSize, storage.Objects.MinimumPartSize);
        var uploads = new UploadStore(
            storage.Records, storage.Objects, _buffers, new GracePeriod(time, options.Collection.Grace));
        var auth = AuthSetup.Create(options, storage, uploads, time);
        _gate = auth.Gate;
        _router = new([.. RouteTable.Create(options, storage, uploads, time), .. auth.Routes], options.DeleteEnabled);
        _administrators = new(new(storage.Records), time);
        _auth = options.Auth;
        _throttle = new(options.Auth.Requests, time);
        _proxies = options.ProxyNetworks;
        _audit = AuthSetup.CreateAudit(options, storage.Records, time, logger);
    }

    /// <summary>
    /// Sees to it that there is an administrator, or can be one, where there are accounts. A host calls it once when it starts.
    /// </summary>
    /// <returns>
    /// A one-time code with which <c>POST /api/v1/setup</c> makes the first administrator, for the host to print;
    /// <see langword="null"/> where there is one, the settings name one, or there are no accounts.
    /// </returns>
    /// <exception cref="ArgumentException">The administrator that the settings name cannot have that name or password.</exception>
    /// <exception cref="StorageException">The store does not answer.</exception>
    public async Task<string?> PrepareAsync(CancellationToken cancellationToken) => _auth.Mode == AuthMode.Accounts
        ? await _administrators.PrepareAsync(_auth.Accounts, cancellationToken)
        : null;

    /// <summary>Answers one request. Never throws.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var request = new RegistryRequest(context) { IsDraining = _isDraining, Stopping = _stopping.Token };
        var started = Stopwatch.GetTimestamp();
        var span = BerthTraces.BeginRequest(context);
        BerthMetrics.RequestBegins();
        var use = _meter.Begin();
        _headers.Add(context, use, started);
        if (request.IsDraining)
        {
            request.Response.Headers.Connection = "close"; // the next request finds another instance
        }

        var status = 0;
        if (_audit is not null)
        {
            TellWhenAnswered(_audit, request);
        }
        try
        {
            var error = CheckFraming(request) ?? _router.Find(request);
            error ??= await AdmitAsync(request, request.Route!) ?? CheckLength(request) ?? await request.Route!.Endpoint(request);
            if (error is not null)
            {
                await ErrorAnswer.WriteAsync(request, error);
            }
        }
        catch (Exception exception) when (IsClientGone(context, exception))
        {
            status = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception exception)
        {
            await FailAsync(request, exception);
        }
        if (request.Trouble is { } trouble)
        {
            RequestLog.Failed(_logger, trouble, context.TraceIdentifier);
        }
        status = status == 0 ? context.Response.StatusCode : status;
        if (_audit is not null)
        {
            await _audit.TellAsync(request, status);
        }
        var elapsed = Stopwatch.GetElapsedTime(started);
        RequestLog.Write(_logger, request, status, use, elapsed);
        BerthMetrics.RequestEnds(request, status, elapsed);
        BerthTraces.EndRequest(span, request, status, use.Calls);
    }

    /// <remarks>Apart from the rest, so that what it captures costs only those who audit.</remarks>
    private static void TellWhenAnswered(AuditTrail audit, RegistryRequest request) =>
        request.Response.OnStarting(() => audit.TellAsync(request, request.Response.StatusCode));

    /// <summary>Who may not pass is counted too: by its address, unless it has proved who it is.</summary>
    private async Task<RegistryError?> AdmitAsync(RegistryRequest request, Route route)
    {
        var error = await _gate.AdmitAsync(request, route);
        if (!_throttle.Counts
            || (route.Access == Access.None && (route.Pattern != RouteTable.Token || request.Http.Headers.Authorization.Count > 0)))
        {
            return error;
        }
        var wait = AuditFacts.Of(request.Context).Caller is { Principal: { IsAnonymous: false } principal }
            ? _throttle.Count(principal)
            : _throttle.Count(ClientAddress.Of(request.Context, _proxies));
        return wait is { } time ? RegistryError.TooManyRequests(time) : error;
    }

    /// <summary>Answers one request of a host that could make no registry: 503 UNAVAILABLE. Never throws.</summary>
    public static Task RefuseAsync(HttpContext context) => SendAsync(new(context), RegistryError.NoRegistry());

    /// <summary>
    /// Tells orchestrators from now on that no request should come here (<c>/readyz</c> is 503), and ends each connection with its
    /// next answer. Requests that come all the same are answered.
    /// </summary>
    public void Drain() => _isDraining = true;

    /// <summary>
    /// Ends the uploads that are receiving bytes: each saves what came, so that its client goes on with another instance, and is
    /// answered 503. For a host that is about to cut the requests that are left.
    /// </summary>
    public void EndUploads() => _stopping.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _buffers.Dispose();
        _audit?.Dispose();
    }

    /// <summary>
    /// RFC 9112, 6.1: who does not know a transfer coding cannot tell where the body ends, and HTTP/1.0 knows none. What a proxy
    /// in front takes for the body may then be the next request here: nothing more is read from such a connection.
    /// </summary>
    private static RegistryError? CheckFraming(RegistryRequest request)
    {
        var codings = request.Http.Headers.TransferEncoding;
        var isPlain = codings.Count == 0 || (codings is [{ } coding]
            && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase) && !HttpProtocol.IsHttp10(request.Http.Protocol));
        return isPlain ? null : RegistryError.FramingUnclear();
    }

    /// <summary>Refuses at once what would be cut off later. A body without a length is found too large on the way.</summary>
    private RegistryError? CheckLength(RegistryRequest request) =>
        _bodyLimit is { } limit && request.Http.ContentLength > limit.Bytes ? RegistryError.BodyTooLarge(limit) : null;

    /// <summary>Whether a request ended because nobody waits for its answer.</summary>
    private static bool IsClientGone(HttpContext context, Exception exception) =>
        exception is ConnectionResetException ||
        (context.RequestAborted.IsCancellationRequested && exception is (OperationCanceledException or IOException));

    /// <summary>The one place that turns an exception into an answer.</summary>
    private async Task FailAsync(RegistryRequest request, Exception exception)
    {
        var id = request.Context.TraceIdentifier;
        var error = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } when _bodyLimit is not null =>
                RegistryError.BodyTooLarge(_bodyLimit),
            BadHttpRequestException bad => RegistryError.BadRequest(bad.StatusCode, "the request is no valid HTTP"),
            StorageException { IsThrottled: true } busy =>
                RegistryError.TooManyRequests(busy.RetryAfter ?? TimeSpan.FromSeconds(1)),
            PasswordsBusyException busy => RegistryError.TooManyRequests(busy.RetryAfter),
            StorageException { IsDamage: true } => RegistryError.Internal(id),
            StorageException down => RegistryError.Unavailable(id, down.RetryAfter ?? TimeSpan.FromSeconds(1)),
            _ => RegistryError.Internal(id),
        };
        if (error.Status >= 500)
        {
            RequestLog.Failed(_logger, exception, id);
        }
        await SendAsync(request, error);
    }

    /// <summary>Sends an error, whatever has been sent of a success by then.</summary>
    private static async Task SendAsync(RegistryRequest request, RegistryError error)
    {
        if (request.Response.HasStarted)
        {
            request.Context.Abort(); // half a body must never look like a whole one
            return;
        }
        try
        {
            await ErrorAnswer.WriteAsync(request, error);
        }
        catch (Exception unsent) when (unsent is IOException or OperationCanceledException)
        {
            // The client is gone; there is nobody left to tell.
        }
    }
}
