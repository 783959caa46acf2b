using System.Text.Json;
using System.Xml;
using Azure;
using Azure.Identity;

namespace Berth.Storage.Azure;

/// <summary>What goes wrong in the SDK, in the words of <see cref="IObjectStore"/> and <see cref="IRecordStore"/>.</summary>
internal static class AzureFaults
{
    /// <summary>Makes a call.</summary>
    /// <param name="what">The call in words, for the log.</param>
    /// <param name="call">The call, which answers the refusals that it expects itself.</param>
    /// <param name="cancellationToken">Given to the call too.</param>
    /// <exception cref="StorageException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<T> TranslateAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await call();
        }
        catch (Exception e) when (IsFault(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(what, e);
        }
    }

    /// <summary>Whether an exception is the store's, or the network's on the way to it.</summary>
    public static bool IsFault(Exception exception) => exception
        is RequestFailedException
        or AggregateException // of every try
        or AuthenticationFailedException
        or OperationCanceledException // of a try that took too long, unless the caller cancelled
        or TimeoutException
        or IOException
        or HttpRequestException
        or XmlException // of an answer that is not the service's
        or JsonException;

    /// <summary>The same in Berth's words.</summary>
    public static StorageException Translate(string what, Exception exception)
    {
        if (exception is StorageException known)
            return known;
        var last = (exception as AggregateException)?.Flatten().InnerExceptions.LastOrDefault() ?? exception;
        if (last is not RequestFailedException { Status: not 0 } refused)
            return new($"Azure storage could not {what}: {last.Message}", exception);

        return new($"Azure storage could not {what}: {refused.Status} {refused.ErrorCode}", exception)
        {
            IsThrottled = refused.Status is 429 or 503,
            RetryAfter = refused.GetRawResponse() is { } response ? BoundedRetries.RetryAfter(response) : null,
        };
    }
}
