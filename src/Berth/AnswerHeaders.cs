using System.Diagnostics;
using System.Globalization;
using Berth.Storage;
using Microsoft.AspNetCore.Http;

namespace Berth;

/// <summary>Headers of every answer, whatever it is.</summary>
/// <param name="publicUrl">Where clients reach the registry, where that is known.</param>
internal sealed class AnswerHeaders(Uri? publicUrl)
{
    /// <summary>A year, for this host alone: hosts below its name may be anybody's.</summary>
    private const string OnlyTls = "max-age=31536000";

    /// <summary>Adds them, the last ones when the answer begins.</summary>
    public void Add(HttpContext context, StorageUse use, long started)
    {
        var headers = context.Response.Headers;
        headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        headers.XContentTypeOptions = "nosniff";
        // Behind a proxy that speaks TLS a request comes without; over plain HTTP clients ignore the header (RFC 6797, 8.1).
        if (context.Request.IsHttps || publicUrl?.Scheme == Uri.UriSchemeHttps)
        {
            headers.StrictTransportSecurity = OnlyTls;
        }
        var isSecret = IsSecret(context.Request.Path);
        context.Response.OnStarting(() =>
        {
            if (isSecret)
            {
                headers.CacheControl = "no-store";
            }
            headers["Server-Timing"] = string.Create(
                CultureInfo.InvariantCulture,
                $"storage;desc=\"{use.Calls} calls\";dur={use.Time.TotalMilliseconds:0.0}, " +
                $"total;dur={Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0}");
            return Task.CompletedTask;
        });
    }

    /// <summary>Answers that nobody may keep: tokens, and what the management API tells.</summary>
    private static bool IsSecret(PathString path) => path.StartsWithSegments("/token") || path.StartsWithSegments("/api");
}
