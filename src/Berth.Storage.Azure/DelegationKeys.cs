using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace Berth.Storage.Azure;

/// <summary>Asks the service for a key that is valid until a time.</summary>
internal delegate Task<UserDelegationKey> FetchDelegationKey(
    DateTimeOffset startsOn, DateTimeOffset expiresOn, CancellationToken cancellationToken);

/// <summary>
/// The key that signs URLs for a host without the account's: fetched once, then in the background long before it
/// expires, so that signing waits for no network. While it cannot be renewed the old one serves as long as it is valid.
/// </summary>
internal sealed partial class DelegationKeys(FetchDelegationKey fetch, TimeProvider time, ILogger logger)
{
    /// <summary>How long a key is asked for: short enough that a withdrawn right ends within hours.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(4);

    /// <summary>What must be left of a key when it is no longer waited for but renewed.</summary>
    public static readonly TimeSpan RenewWhenLeft = TimeSpan.FromHours(2);

    /// <summary>How long after a failure the next renewal begins.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long fetching a key may take, with the token that it needs: none who waits for it ends it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private UserDelegationKey? _key;
    private Task<UserDelegationKey>? _renewal;
    private DateTimeOffset _notBefore;

    /// <summary>A key that outlives a URL.</summary>
    /// <param name="lifetime">How long the URL is valid from now.</param>
    /// <param name="cancellationToken">Ends the waiting, not the renewal, which others may wait for.</param>
    public async Task<UserDelegationKey> GetAsync(TimeSpan lifetime, CancellationToken cancellationToken)
    {
        Task<UserDelegationKey> renewal;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var left = _key is null ? TimeSpan.Zero : _key.SignedExpiresOn - now;
            var outlives = left > lifetime;
            if (_renewal is null && (!outlives || (left < RenewWhenLeft && now >= _notBefore)))
                _renewal = Task.Run(() => RenewAsync(now), CancellationToken.None);
            if (outlives)
                return _key!;
            renewal = _renewal!;
        }

        return await renewal.WaitAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Warning, "The key that signs URLs could not be renewed")]
    private static partial void NotRenewed(ILogger logger, Exception exception);

    private async Task<UserDelegationKey> RenewAsync(DateTimeOffset now)
    {
        try
        {
            var key = await FetchAsync(now);
            lock (_lock)
            {
                _renewal = null;
                return _key = key;
            }
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _renewal = null;
                _notBefore = time.GetUtcNow() + RetryAfter;
            }

            NotRenewed(logger, e); // perhaps nobody waits for it
            throw;
        }
    }

    private async Task<UserDelegationKey> FetchAsync(DateTimeOffset now)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        try
        {
            return await fetch(now - BlobUrls.ClockSkew, now + Life, deadline.Token);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"There was no key to sign with within {Patience.TotalSeconds} s.", e);
        }
    }
}
