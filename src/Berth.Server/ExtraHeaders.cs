using Microsoft.Extensions.Primitives;

namespace Berth.Server;

/// <summary>Adds the configured headers to every answer that does not have them already.</summary>
internal sealed class ExtraHeaders(RequestDelegate next, IReadOnlyList<KeyValuePair<string, StringValues>> headers)
{
    /// <summary>Answers one request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(() =>
        {
            foreach (var (name, value) in headers)
                context.Response.Headers.TryAdd(name, value);
            return Task.CompletedTask;
        });
        return next(context);
    }
}
