using Berth.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth.Functions;

/// <summary>The registry of this process, made when the first request needs it.</summary>
public sealed partial class Registry : IDisposable
{
    private readonly FunctionsConfiguration _configuration;
    private readonly ILogger<Registry> _logger;
    private readonly Lazy<RegistryHandler> _handler;
    private bool _hasToldProblem;

    /// <summary>Makes nothing yet.</summary>
    public Registry(FunctionsConfiguration configuration, ILogger<Registry> logger, ILogger<RegistryHandler> requestLogger)
    {
        _configuration = configuration;
        _logger = logger;
        _handler = new(() => Create(requestLogger));
    }

    /// <summary>Answers one request. Never throws.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
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

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_handler.IsValueCreated)
            _handler.Value.Dispose();
    }

    [LoggerMessage(1, LogLevel.Error, "Berth is not configured: {Problem}")]
    private static partial void Misconfigured(ILogger logger, string problem);

    [LoggerMessage(2, LogLevel.Error, "Request {RequestId} failed")]
    private static partial void Failed(ILogger logger, Exception exception, string requestId);

    [LoggerMessage(3, LogLevel.Warning, "{Warning}")]
    private static partial void Unused(ILogger logger, string warning);

    private RegistryHandler Create(ILogger<RegistryHandler> requestLogger)
    {
        foreach (var warning in _configuration.Warnings)
            Unused(_logger, warning);
        var options = _configuration.Options;
        return new(options.Registry, options.Place.Open(_logger), TimeProvider.System, requestLogger);
    }
}
