using Berth.Collection;
using Berth.Hosting;
using Berth.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth.Functions;

/// <summary>The registry of this process, made when the first request needs it.</summary>
public sealed partial class Registry : IDisposable
{
    /// <summary>Every plan can give a function 10 minutes.</summary>
    private static readonly TimeSpan LongestCollection = TimeSpan.FromMinutes(9);

    private readonly FunctionsConfiguration _configuration;
    private readonly ILogger<Registry> _logger;
    private readonly Lazy<RegistryStorage> _storage;
    private readonly Lazy<RegistryHandler> _handler;
    private readonly ILogger<Collector> _collectorLogger;
    private readonly SemaphoreSlim _preparing = new(1);
    private TelemetryExport? _telemetry;
    private bool _isPrepared;
    private bool _hasToldProblem;

    /// <summary>Makes nothing yet.</summary>
    public Registry(
        FunctionsConfiguration configuration, ILogger<Registry> logger, ILogger<RegistryHandler> requestLogger,
        ILogger<Collector> collectorLogger)
    {
        _configuration = configuration;
        _logger = logger;
        _collectorLogger = collectorLogger;
        _storage = new(() => configuration.Options.Place.Open(logger));
        _handler = new(() => Create(requestLogger));
    }

    /// <summary>Answers one request. Never throws.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            await PrepareAsync(_handler.Value, context.RequestAborted);
            await _handler.Value.HandleAsync(context);
        }
        catch (Exception e)
        {
            if (e is not SettingsException)
                Failed(_logger, e, context.TraceIdentifier);
            else if (!Interlocked.Exchange(ref _hasToldProblem, true))
                Misconfigured(_logger, e.Message);
            await RegistryHandler.RefuseAsync(context);
        }
    }

    /// <summary>Collects garbage, where it is due. Never throws: the next time goes on.</summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        try
        {
            var options = _configuration.Options.Registry.Collection;
            if (options.Enabled)
            {
                await new HostedCollector(_storage.Value, options, TimeProvider.System, _collectorLogger)
                    .CollectAsync(LongestCollection, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            if (e is not SettingsException)
                CollectionFailed(_logger, e);
            else if (!Interlocked.Exchange(ref _hasToldProblem, true))
                Misconfigured(_logger, e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_handler.IsValueCreated)
            _handler.Value.Dispose();
        _telemetry?.Dispose();
        _preparing.Dispose();
    }

    [LoggerMessage(1, LogLevel.Error, "Berth is not configured: {Problem}")]
    private static partial void Misconfigured(ILogger logger, string problem);

    [LoggerMessage(2, LogLevel.Error, "Request {RequestId} failed")]
    private static partial void Failed(ILogger logger, Exception exception, string requestId);

    [LoggerMessage(3, LogLevel.Warning, "{Warning}")]
    private static partial void Unused(ILogger logger, string warning);

    [LoggerMessage(4, LogLevel.Warning,
        "There is no administrator yet. Whoever sends this code to POST /api/v1/setup with a name and a password makes one, once: " +
        "{Code}")]
    private static partial void SetupNeeded(ILogger logger, string code);

    [LoggerMessage(5, LogLevel.Error, "The collection of garbage failed; it is tried again")]
    private static partial void CollectionFailed(ILogger logger, Exception exception);

    private RegistryHandler Create(ILogger<RegistryHandler> requestLogger)
    {
        foreach (var warning in _configuration.Warnings)
            Unused(_logger, warning);
        var options = _configuration.Options;
        _telemetry = TelemetryExport.Start(options.OtlpEndpoint);
        var auth = options.Auth.Open(TimeProvider.System, _logger);
        return HostedRegistry.Create(
            options.Registry with { Auth = auth with { PublicUrl = auth.PublicUrl ?? _configuration.Address } },
            _storage.Value, requestLogger);
    }

    /// <summary>Once, with the first request that finds the store there.</summary>
    private async Task PrepareAsync(RegistryHandler registry, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isPrepared))
            return;
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            if (!_isPrepared && await HostedRegistry.PrepareAsync(registry, cancellationToken) is { } code)
                SetupNeeded(_logger, code);
            Volatile.Write(ref _isPrepared, true);
        }
        catch (StorageException)
        {
            // The request finds out the same, and says so.
        }
        finally
        {
            _preparing.Release();
        }
    }
}
