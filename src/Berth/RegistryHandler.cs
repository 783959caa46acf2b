using System.Diagnostics;
using System.Globalization;
using Berth.Content;
using Berth.Endpoints;
using Berth.Errors;
using Berth.Storage;
using Berth.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth;

/// <summary>The registry: answers every request of the distribution-spec. Both hosts only call it.</summary>
public sealed class RegistryHandler : IDisposable
{
    private const int PartSize = 8 * 1024 * 1024;

    private readonly RouteTable _routes;
    private readonly StorageMeter _meter;
    private readonly UploadBuffers _buffers;
    private readonly ILogger<RegistryHandler> _logger;
    private readonly RegistryOptions _options;

    /// <summary>Creates a registry over a store. Makes no call to it.</summary>
    public RegistryHandler(
        RegistryOptions options, RegistryStorage storage, TimeProvider time, ILogger<RegistryHandler> logger)
    {
        _options = options;
        _meter = storage.Meter;
        _logger = logger;
        _buffers = new(options.UploadBufferSize, Math.Max(PartSize, storage.Objects.MinimumPartSize));
        _routes = CreateRoutes(storage, time);
    }

    /// <summary>Answers one request. Never throws.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var request = new RegistryRequest(context);
        var started = Stopwatch.GetTimestamp();
        var use = _meter.Begin();
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["Server-Timing"] = string.Create(
                CultureInfo.InvariantCulture,
                $"storage;desc=\"{use.Calls} calls\";dur={use.Time.TotalMilliseconds:0.0}, " +
                $"total;dur={Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0}");
            return Task.CompletedTask;
        });
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        context.Response.Headers.XContentTypeOptions = "nosniff";

        Route? route = null;
        var status = 0;
        try
        {
            var error = _routes.Find(request, out route);
            error ??= route!.Access == Access.Delete && !_options.DeleteEnabled ? RegistryError.DeleteDisabled() : null;
            error ??= await route!.Endpoint(request);
            await AnswerAsync(request, error);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            status = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception exception)
        {
            await FailAsync(request, exception);
        }
        RequestLog.Write(
            _logger, request, route, status == 0 ? context.Response.StatusCode : status, use,
            Stopwatch.GetElapsedTime(started));
    }

    /// <inheritdoc/>
    public void Dispose() => _buffers.Dispose();

    private RouteTable CreateRoutes(RegistryStorage storage, TimeProvider time)
    {
        var (records, objects) = (storage.Records, storage.Objects);
        var blobs = new BlobStore(records, objects);
        var tags = new TagStore(records, time);
        var manifests = new ManifestStore(records, objects);
        var referrers = new ReferrerStore(records, manifests);
        var repositories = new RepositoryStore(records, time);
        var uploads = new UploadStore(records, objects, _buffers, time);
        var health = new CheckHealth(records);
        var references = new ReferenceCheck(blobs, manifests, _options);
        var putManifest = new PutManifest(repositories, manifests, tags, referrers, references, _options);

        const string Manifest = "/v2/{name}/manifests/{reference}";
        const string Blob = "/v2/{name}/blobs/{digest}";
        const string Uploads = "/v2/{name}/blobs/uploads/";
        const string Upload = "/v2/{name}/blobs/uploads/{upload}";
        string[] read = ["GET", "HEAD"];
        return new([
            new("end-1", read, "/v2/", Access.None, CheckApi.HandleAsync),
            new("catalog", ["GET"], "/v2/_catalog", Access.Catalog, new ListRepositories(repositories).HandleAsync),
            new("end-4", ["POST"], Uploads, Access.Push, new StartUpload(uploads, blobs).HandleAsync),
            new("end-2", read, Blob, Access.Pull, new GetBlob(blobs, objects, _options).HandleAsync),
            new("end-3", read, Manifest, Access.Pull, new GetManifest(manifests, tags).HandleAsync),
            new("end-5", ["PATCH"], Upload, Access.Push, new AppendUpload(uploads).HandleAsync),
            new("end-6", ["PUT"], Upload, Access.Push, new FinishUpload(uploads, blobs).HandleAsync),
            new("end-7", ["PUT"], Manifest, Access.Push, putManifest.HandleAsync),
            new("end-8", ["GET"], "/v2/{name}/tags/list", Access.Pull, new ListTags(tags, repositories).HandleAsync),
            new("end-9", ["DELETE"], Manifest, Access.Delete,
                new DeleteManifest(manifests, tags, referrers).HandleAsync),
            new("end-10", ["DELETE"], Blob, Access.Delete, new DeleteBlob(blobs).HandleAsync),
            new("end-12", ["GET"], "/v2/{name}/referrers/{digest}", Access.Pull,
                new ListReferrers(referrers).HandleAsync),
            new("end-13", ["GET"], Upload, Access.Push, new GetUpload(uploads).HandleAsync),
            new("end-14", ["DELETE"], Upload, Access.Push, new CancelUpload(uploads).HandleAsync),
            new("healthz", read, "/healthz", Access.None, CheckHealth.AliveAsync),
            new("readyz", read, "/readyz", Access.None, health.ReadyAsync),
        ]);
    }

    private static async Task AnswerAsync(RegistryRequest request, RegistryError? error)
    {
        if (error is not null)
        {
            await ErrorAnswer.WriteAsync(request, error);
        }
    }

    /// <summary>The one place that turns an exception into an answer.</summary>
    private async Task FailAsync(RegistryRequest request, Exception exception)
    {
        var id = request.Context.TraceIdentifier;
        var error = exception switch
        {
            BadHttpRequestException bad => RegistryError.BadRequest(bad.StatusCode, "the request is no valid HTTP"),
            StorageException { IsThrottled: true } busy =>
                RegistryError.TooManyRequests(busy.RetryAfter ?? TimeSpan.FromSeconds(1)),
            StorageException down => RegistryError.Unavailable(id, down.RetryAfter ?? TimeSpan.FromSeconds(1)),
            _ => RegistryError.Internal(id),
        };
        if (error.Status >= 500)
        {
            RequestLog.Failed(_logger, exception, id);
        }
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
