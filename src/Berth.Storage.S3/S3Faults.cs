using System.Globalization;
using System.Net;
using System.Xml;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;

namespace Berth.Storage.S3;

/// <summary>What goes wrong in the SDK, in the words of <see cref="IObjectStore"/> and <see cref="IVersionedObjects"/>.</summary>
internal static class S3Faults
{
    /// <summary>Whether an exception is the store's, or the network's on the way to it.</summary>
    public static bool IsFault(Exception exception) => exception
        is AmazonServiceException
        or AmazonClientException // no credentials, a checksum that differs
        or OperationCanceledException // of a try that took too long, unless the caller cancelled
        or TimeoutException
        or IOException
        or HttpRequestException
        or WebException
        or XmlException // of an answer that is not the service's
        or ArgumentException or FormatException; // of one that the SDK cannot read

    /// <summary>
    /// Whether the service says that what was asked for is not there: the object or the upload, not the bucket. A 404 that
    /// says nothing of the kind is a proxy's, which has lost its way to the service.
    /// </summary>
    public static bool IsAbsent(AmazonS3Exception e) =>
        e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is ("NoSuchKey" or "NoSuchVersion" or "NoSuchUpload");

    /// <summary>Whether a range begins where the object has ended, or the object is empty.</summary>
    public static bool IsBeyondEnd(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable;

    /// <summary>Whether a condition that was sent did not hold; over an object that is gone, some say 404.</summary>
    public static bool IsRefusal(AmazonS3Exception e) =>
        e.StatusCode == HttpStatusCode.PreconditionFailed || IsAbsent(e);

    /// <summary>
    /// Whether a write was not done because another one was at the same object. Ceph up to version 18 has no name for that
    /// (500 UnknownError).
    /// </summary>
    public static bool IsConflict(Exception exception) => exception
        is AmazonS3Exception { StatusCode: HttpStatusCode.Conflict }
        or AmazonS3Exception { StatusCode: HttpStatusCode.InternalServerError, ErrorCode: "UnknownError" };

    /// <summary>Whether the service did not begin, as it has too much to do.</summary>
    public static bool IsBusy(Exception exception) =>
        exception is AmazonS3Exception e && (e.StatusCode == HttpStatusCode.TooManyRequests || e.ErrorCode == "SlowDown");

    /// <summary>Whether the same request may well succeed in a moment, and its caller is not asked to wait longer.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        StorageException => false,
        AmazonServiceException { StatusCode: not 0 } e =>
            // 200 is the beginning of an answer that told of a fault at its end.
            ((int)e.StatusCode is >= 500 and not 501 || IsConflict(e) || IsBusy(e) || e.StatusCode == HttpStatusCode.OK
                || e.ErrorCode == "RequestTimeout")
            && !(RetryAfter(e) > S3Tries.LongestWait),
        AmazonClientException e => e.InnerException is IOException or HttpRequestException,
        _ => IsFault(exception),
    };

    /// <summary>The same in Berth's words.</summary>
    /// <param name="what">The call in words, for the log.</param>
    /// <param name="exception">What the SDK threw.</param>
    public static StorageException Translate(string what, Exception exception) => exception switch
    {
        StorageException known => known,
        AmazonServiceException { StatusCode: not 0 } e => new(
            $"S3 could not {what}: {(int)e.StatusCode} {e.ErrorCode}{Meaning(e)}", e)
        {
            IsThrottled = e.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                || e.ErrorCode == "SlowDown",
            RetryAfter = RetryAfter(e),
        },
        OperationCanceledException => new($"S3 could not {what}: it took too long", exception),
        _ => new($"S3 could not {what}: {exception.Message}", exception),
    };

    /// <summary>What an operator cannot guess from the code.</summary>
    private static string Meaning(AmazonServiceException e) => e.ErrorCode switch
    {
        "NoSuchBucket" => " (there is no such bucket)",
        "NoSuchUpload" => " (the upload was aborted, or never begun)",
        "InvalidPart" => " (a part is missing, or another attempt has overwritten it)",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" => " (the bucket is in another region)",
        "RequestTimeTooSkewed" => " (this machine's clock is wrong)",
        "AccessDenied" or "Forbidden" => " (the credentials lack a right, or the bucket denies it)",
        "NotImplemented" =>
            " (its server does not know this: try ConditionalDeletes=false, ChunkEncoding=false, Checksums=when-required; "
            + "Berth:Storage:S3:AllowUnconditionalWrites=true where it has no conditional writes, for one instance of "
            + "Berth: of two that write the same tag or upload at once, one loses what it wrote)",
        _ => "",
    };

    private static TimeSpan? RetryAfter(AmazonServiceException e) =>
        e.InnerException is HttpErrorResponseException { Response: { } response }
        && int.TryParse(
            response.GetHeaderValue("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
