using Berth.Storage;

namespace Berth.Moving;

/// <summary>The source could not be read, which is its trouble and not the destination's.</summary>
internal sealed class SourceFaultException(Exception cause) : Exception(cause.Message, cause);

/// <summary>Tells the faults of one side from those of the other, and tries again where that may help.</summary>
internal static class Retries
{
    private const int TriesWhenBusy = 8;
    private const int TriesWhenFailing = 4;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Makes a call to the source.</summary>
    /// <exception cref="SourceFaultException">It failed.</exception>
    public static async Task<T> FromSourceAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (IsFault(e))
        {
            throw new SourceFaultException(e);
        }
    }

    /// <summary>Whether a read failed, and was not ended.</summary>
    public static bool IsFault(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or InvalidDataException;

    /// <summary>Makes a call to the source, again and again while it is busy or fails for a moment.</summary>
    /// <exception cref="SourceFaultException">It failed every time.</exception>
    public static Task<T> ReadAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancellationToken) =>
        RetryReadAsync(() => FromSourceAsync(call), time, cancellationToken);

    /// <summary>Does something again for as long as the source is busy or fails for a moment.</summary>
    public static Task<T> RetryReadAsync<T>(Func<Task<T>> work, TimeProvider time, CancellationToken cancellationToken) =>
        RetryAsync(
            work, e => (e as SourceFaultException)?.InnerException as StorageException, time, cancellationToken);

    /// <summary>Does something that may be done twice again for as long as the destination is busy or fails for a moment.</summary>
    public static Task RetryWriteAsync(Func<Task> work, TimeProvider time, CancellationToken cancellationToken) =>
        RetryAsync(
            async () =>
            {
                await work();
                return true;
            },
            e => e as StorageException, time, cancellationToken);

    private static async Task<T> RetryAsync<T>(
        Func<Task<T>> work, Func<Exception, StorageException?> faultOf, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var wait = FirstWait;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (faultOf(e) is { } fault
                && tries < (fault.IsThrottled ? TriesWhenBusy : TriesWhenFailing))
            {
                await Task.Delay(Shorter(fault.RetryAfter ?? wait, LongestWait), time, cancellationToken);
                wait *= 2;
            }
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
