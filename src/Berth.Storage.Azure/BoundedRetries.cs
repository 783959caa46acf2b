using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Berth.Storage.Azure;

/// <summary>
/// Two retries after short waits: a client that waits for the registry is better told to come back than kept waiting.
/// At the longest, 33 s for small requests and 138 s for a part. Where the host calls as an identity, fetching its token
/// comes first, at times, and is bounded on its own: <see cref="AzureAccount.IdentityOptions"/>.
/// </summary>
/// <remarks>
/// A write under a condition is sent again only where the service says that it did not begin: the second try of one
/// whose answer was lost would find its own work, and take it for another's.
/// </remarks>
internal sealed class BoundedRetries() : RetryPolicy(
    MaximumRetries, DelayStrategy.CreateExponentialDelayStrategy(FirstWait, LongestWait))
{
    public const int MaximumRetries = 2;

    /// <summary>In bytes.</summary>
    private const int LargeBody = 1024 * 1024;

    public static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    /// <summary>A service that asks for a longer wait is not asked again: its answer is passed on.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>How long one try may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long one try may take that sends more than <see cref="LargeBody"/>.</summary>
    public static readonly TimeSpan PatienceForLargeBodies = TimeSpan.FromSeconds(45);

    /// <summary>How long an answer asks to wait, where it does.</summary>
    public static TimeSpan? RetryAfter(Response response)
    {
        if (Number("x-ms-retry-after-ms") is { } milliseconds)
            return TimeSpan.FromMilliseconds(milliseconds);
        return Number("Retry-After") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

        int? Number(string header) =>
            response.Headers.TryGetValue(header, out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
    }

    protected override void OnSendingRequest(HttpMessage message) => Limit(message);

    protected override ValueTask OnSendingRequestAsync(HttpMessage message)
    {
        Limit(message);
        return default;
    }

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) =>
        MayRetry(message, exception) && base.ShouldRetry(message, exception);

    protected override ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        MayRetry(message, exception) ? base.ShouldRetryAsync(message, exception) : new(false);

    private static void Limit(HttpMessage message) =>
        message.NetworkTimeout =
            message.Request.Content is { } body && body.TryComputeLength(out var length) && length > LargeBody
                ? PatienceForLargeBodies
                : Patience;

    private static bool MayRetry(HttpMessage message, Exception? exception)
    {
        var response = exception is null && message.HasResponse ? message.Response : null;
        if (response is not null && RetryAfter(response) > LongestWait)
            return false;
        return response?.Status is 429 or 503 || !IsConditionalWrite(message.Request);
    }

    private static bool IsConditionalWrite(Request request) =>
        request.Method != RequestMethod.Get && request.Method != RequestMethod.Head
        && (request.Method == RequestMethod.Post // creates a record
            || request.Headers.Contains("If-None-Match")
            || (request.Headers.TryGetValue("If-Match", out var version) && version != "*"));
}
