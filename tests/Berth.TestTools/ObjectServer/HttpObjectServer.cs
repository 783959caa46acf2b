using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Berth.TestTools.ObjectServer;

/// <summary>
/// A server of objects on a free port of 127.0.0.1, in this process and in memory: what <see cref="S3Server"/> and the one
/// for OSS have in common. It keeps what it was asked and fails where a test says so.
/// </summary>
public abstract class HttpObjectServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly List<ServerRequest> _requests = [];
    private readonly List<PlannedFault> _faults = [];
    private WebApplication? _app;

    private protected HttpObjectServer()
    {
    }

    /// <summary>http://127.0.0.1:port</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>What it was asked since it began, or since <see cref="ForgetRequests"/>.</summary>
    public IReadOnlyList<ServerRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>How many faults that were injected have not happened yet.</summary>
    public int FaultsLeft
    {
        get
        {
            lock (_lock)
            {
                return _faults.Sum(fault => fault.Left);
            }
        }
    }

    /// <summary>Makes a bucket; the one of the options is there from the beginning.</summary>
    public Bucket CreateBucket(string name)
    {
        var bucket = new Bucket(name);
        return _buckets.TryAdd(name, bucket) ? bucket : throw new ArgumentException($"There is a bucket '{name}'.", nameof(name));
    }

    /// <summary>A bucket that was made.</summary>
    public Bucket this[string bucket] => _buckets[bucket];

    public void ForgetRequests()
    {
        lock (_lock)
        {
            _requests.Clear();
        }
    }

    /// <summary>Lets something go wrong, in the order of the calls, one fault for a request.</summary>
    /// <param name="fault">What.</param>
    /// <param name="operation">For which operation, such as PutObject; all when <see langword="null"/>.</param>
    /// <param name="when">For which of its requests; all when <see langword="null"/>.</param>
    /// <param name="times">How often.</param>
    public void Inject(
        Fault fault, string? operation = null, Func<ServerRequest, bool>? when = null, int times = 1)
    {
        lock (_lock)
        {
            _faults.Add(new(fault, operation, when) { Left = times });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            // A request that a test left hanging is not waited for.
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await app.StopAsync(now.Token);
            await app.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected async Task ListenAsync()
    {
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
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync();
        Endpoint = new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Finds out bucket, key and operation.</summary>
    private protected abstract void Route(ServerRequest request);

    /// <summary>Authenticates a request and carries it out.</summary>
    private protected abstract Task<Answer> AnswerAsync(ServerRequest request);

    /// <summary>The document of an error.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="error">What is wrong with it.</param>
    /// <param name="status">The status, which is not the error's own where the error stands in an answer of 200.</param>
    private protected abstract Answer ErrorOf(ServerRequest request, ServiceException error, int status);

    private protected Bucket? FindBucket(string name) => _buckets.GetValueOrDefault(name);

    private async Task HandleAsync(HttpContext context)
    {
        var request = new ServerRequest(context);
        lock (_lock)
        {
            _requests.Add(request);
        }

        Answer answer;
        Fault? fault = null;
        try
        {
            Route(request);
            fault = TakeFault(request);
            answer = await AnswerAsync(request, fault);
        }
        catch (ServiceException e)
        {
            request.ErrorCode = e.Code;
            answer = ErrorOf(request, e, e.Status);
            // Whoever is still sending would otherwise see a broken connection and not the error.
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        await SendAsync(request, answer, fault?.SentBytes);
    }

    private async Task<Answer> AnswerAsync(ServerRequest request, Fault? fault)
    {
        if (fault is null)
        {
            return await AnswerAsync(request);
        }

        var wait = fault.Wait?.Invoke(request.Context.RequestAborted) ?? Task.CompletedTask;
        if (!fault.IsWaitAfter)
        {
            await wait;
        }

        var answer = fault.IsDone ? await AnswerAsync(request) : new(500);
        await wait;
        if (fault.Said is not var (status, code, retryAfter))
        {
            return answer;
        }

        var error = new ServiceException(status, code, "The test wants it so.");
        if (!fault.IsInBody && retryAfter is null)
        {
            throw error;
        }

        request.ErrorCode = code;
        await request.Context.Request.Body.CopyToAsync(Stream.Null, request.Context.RequestAborted);
        var said = ErrorOf(request, error, status);
        return retryAfter is { } seconds
            ? said.With("Retry-After", seconds.ToString(CultureInfo.InvariantCulture))
            : said;
    }

    private Fault? TakeFault(ServerRequest request)
    {
        lock (_lock)
        {
            var planned = _faults.Find(planned => planned.Left > 0
                && (planned.Operation is null || planned.Operation == request.Operation)
                && planned.When?.Invoke(request) != false);
            if (planned is not null)
            {
                planned.Left--;
            }

            return planned?.Fault;
        }
    }

    private static async Task SendAsync(ServerRequest request, Answer answer, long? sentBytes)
    {
        var (context, response) = (request.Context, request.Context.Response);
        if (sentBytes < 0)
        {
            // A client that still waits for leave to send its body would quietly ask again.
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            context.Abort();
            return;
        }

        request.Status = answer.Status;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers.Append(name, value);
        }

        if (answer.Status is not (204 or 304))
        {
            response.ContentLength = answer.Length ?? answer.Body.Sum(segment => (long)segment.Length);
        }

        if (request.Method == "HEAD")
        {
            return;
        }

        try
        {
            foreach (var segment in answer.Body)
            {
                var length = (int)Math.Min(sentBytes ?? long.MaxValue, segment.Length);
                await response.Body.WriteAsync(segment[..length], context.RequestAborted);
                sentBytes -= length;
            }

            // Fewer bytes than the header said: Kestrel sends them and ends the connection, where Abort would take them back.
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has had enough.
        }
    }

    private sealed record PlannedFault(Fault Fault, string? Operation, Func<ServerRequest, bool>? When)
    {
        public int Left { get; set; }
    }
}
