using Microsoft.Extensions.Logging;

namespace Berth.Storage.S3;

/// <summary>
/// Two retries after short waits: a client that waits for the registry is better told to come back than kept waiting. At
/// the longest, 33 s for small requests and 138 s for a part.
/// </summary>
/// <remarks>
/// They take the place of the SDK's retries, which rewind the one stream of a body that a try given up may still be
/// reading: two tries would share its bytes between them, and a checksum made on the way would agree. Here each try has a
/// body of its own.
/// </remarks>
internal sealed partial class S3Tries(TimeProvider time, ILogger logger)
{
    public const int MaximumRetries = 2;

    /// <summary>In bytes.</summary>
    private const int LargeBody = 1024 * 1024;

    public static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    /// <summary>A service that asks for a longer wait is not asked again: its answer is passed on.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>How long one try may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long one try may take that sends more than <see cref="LargeBody"/>, or makes one object of up to 10,000 parts.
    /// </summary>
    public static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(45);

    /// <summary>How long one try may take that sends so many bytes.</summary>
    public static TimeSpan PatienceFor(long body) => body > LargeBody ? LongPatience : Patience;

    /// <summary>Makes a call, and makes it again where that may help.</summary>
    /// <param name="what">The call in words, for the log.</param>
    /// <param name="patience">How long one try may take.</param>
    /// <param name="call">The call, which answers the refusals that it expects itself, and may be made twice.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StorageException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<T> RunAsync<T>(
        string what, TimeSpan patience, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var retries = 0; ; retries++)
        {
            try
            {
                return await OnceAsync(patience, call, cancellationToken);
            }
            catch (Exception e) when (S3Faults.IsFault(e))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (retries == MaximumRetries || !S3Faults.IsTransient(e))
                    throw S3Faults.Translate(what, e);
                LogRetry(S3Faults.Translate(what, e).Message);
            }

            await WaitAsync(retries, cancellationToken);
        }
    }

    /// <summary>Makes a call once, and gives it up when its time has passed.</summary>
    public async Task<T> OnceAsync<T>(
        TimeSpan patience, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await call(both.Token);
    }

    /// <summary>Waits before the next try: 250 ms and twice as long each time, somewhat scattered.</summary>
    public Task WaitAsync(int retries, CancellationToken cancellationToken)
    {
        var wait = FirstWait * Math.Pow(2, Math.Min(retries, 2)) * (0.8 + (0.4 * Random.Shared.NextDouble()));
        return Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Debug, "{Fault}; it is tried again")]
    private partial void LogRetry(string fault);
}
