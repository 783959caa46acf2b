using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth;

/// <summary>One line per request. Queries stay out of it: a signed one is a secret.</summary>
internal static partial class RequestLog
{
    public static void Write(
        ILogger logger, RegistryRequest request, int status, StorageUse use, TimeSpan elapsed)
    {
        // Asked here too: some of what the line says is made for it.
        if (logger.IsEnabled(LogLevel.Information))
        {
            Answered(
                logger, request.Http.Method, request.Route?.Id ?? "none", request.Repository.ToString(), Reference(request), status,
                request.Bytes, use.Calls, elapsed.TotalMilliseconds, request.Context.TraceIdentifier);
        }
    }

    [LoggerMessage(1, LogLevel.Information,
        "{Method} {Route} {Repository} {Reference} {Status} {Bytes} bytes {StorageCalls} calls {Milliseconds:0.0} ms " +
        "{RequestId}")]
    private static partial void Answered(
        ILogger logger, string method, string route, string repository, string reference, int status, long bytes,
        int storageCalls, double milliseconds, string requestId);

    [LoggerMessage(2, LogLevel.Error, "Request {RequestId} failed")]
    public static partial void Failed(ILogger logger, Exception exception, string requestId);

    private static string Reference(RegistryRequest request) =>
        request.Route is null ? Printable(request.Http.Path.Value)
        : request.Reference.ToString() is { Length: > 0 } reference ? reference
        : request.Digest.ToString() is { Length: > 0 } digest ? digest
        : request.Upload.ToString();

    /// <summary>A path that is none of ours is anybody's text: nothing of it may look like a line of the log.</summary>
    private static string Printable(string? path) =>
        string.Concat((path ?? "").Take(200).Select(c => c is > ' ' and < '\x7f' ? c : '?'));
}
