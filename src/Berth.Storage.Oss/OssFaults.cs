using System.Net;
using System.Xml;
using Aliyun.OSS.Common;

namespace Berth.Storage.Oss;

/// <summary>What goes wrong in the SDK, in the words of <see cref="IObjectStore"/> and <see cref="IRecordStore"/>.</summary>
internal static class OssFaults
{
    public const string FileExists = "FileAlreadyExists";
    public const string RangeInvalid = "InvalidRange";

    /// <summary>Whether an exception is the store's, or the network's on the way to it.</summary>
    public static bool IsFault(Exception exception) => exception
        is ServiceException
        or ClientException // a checksum
        or AggregateException // the SDK waits for its HTTP client with Task.Result
        or HttpRequestException
        or OperationCanceledException // of a try that took too long, unless the caller cancelled
        or TimeoutException
        or IOException
        or XmlException // of an answer that is not the service's
        or InvalidOperationException
        or FormatException;

    /// <summary>The service's code for what it refused, or <see langword="null"/> where it did not answer.</summary>
    public static string? Code(Exception exception) => (Inner(exception) as ServiceException)?.ErrorCode;

    /// <summary>Whether the same call may well succeed a moment later.</summary>
    public static bool IsPassing(Exception exception) => Inner(exception) switch
    {
        StorageException => false, // given up here, where trying again would only add to the calls
        ServiceException refused => refused.ErrorCode is "InternalError" or "RequestTimeout" || IsThrottled(refused),
        HttpRequestException { StatusCode: { } status } => (int)status is 429 or >= 500,
        HttpRequestException or OperationCanceledException or TimeoutException or IOException or ClientException => true,
        _ => false,
    };

    /// <summary>Whether the service says that it began nothing.</summary>
    public static bool IsThrottled(Exception exception) => Inner(exception) switch
    {
        StorageException known => known.IsThrottled,
        ServiceException { ErrorCode: { } code } =>
            code is "ServiceUnavailable" or "SlowDown" || code.EndsWith("LimitExceeded", StringComparison.Ordinal),
        HttpRequestException { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } => true,
        _ => false,
    };

    /// <summary>Whether what was asked for may have been done all the same, or be done still.</summary>
    public static bool IsUnsure(Exception exception) => !IsThrottled(exception) && Inner(exception) switch
    {
        ServiceException refused => refused.ErrorCode is "InternalError" or "RequestTimeout",
        _ => true,
    };

    /// <summary>The same in Berth's words.</summary>
    /// <param name="what">The call in words, for the log.</param>
    /// <param name="exception">What the SDK threw.</param>
    public static StorageException Translate(string what, Exception exception)
    {
        var inner = Inner(exception);
        if (inner is StorageException known)
            return known;
        var reason = inner switch
        {
            // Not their messages, which quote requests.
            ServiceException refused => $"{refused.ErrorCode} (request {refused.RequestId})",
            OperationCanceledException => "it did not answer in time",
            _ => inner.Message,
        };
        return new($"OSS could not {what}: {reason}", exception) { IsThrottled = IsThrottled(exception) };
    }

    private static Exception Inner(Exception exception) =>
        (exception as AggregateException)?.Flatten().InnerExceptions.LastOrDefault() ?? exception;
}
