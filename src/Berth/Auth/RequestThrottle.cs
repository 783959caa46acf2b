using System.Net;

namespace Berth.Auth;

/// <summary>Counts requests of principals and of addresses, and says who has to wait. Memory is bounded.</summary>
internal sealed class RequestThrottle(RequestLimits limits, TimeProvider time)
{
    private const int Remembered = 100_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly byte[] _key = Fingerprint.NewKey();
    private readonly Lock _lock = new();
    private readonly LeakyBuckets? _principals = Create(limits.PerPrincipal);
    private readonly LeakyBuckets? _addresses = Create(limits.PerAddress);

    /// <summary>Whether anybody ever has to wait.</summary>
    public bool Counts => _principals is not null || _addresses is not null;

    /// <summary>Counts one request of somebody who proved who it is.</summary>
    /// <returns>How long it has to wait instead; <see langword="null"/> where it may go on.</returns>
    public TimeSpan? Count(Principal principal) => _principals is null ? null : Count(_principals, principal.Id);

    /// <summary>Counts one request of nobody in particular.</summary>
    /// <returns>How long it has to wait instead; <see langword="null"/> where it may go on.</returns>
    public TimeSpan? Count(IPAddress? address) =>
        _addresses is null ? null : Count(_addresses, SignInThrottle.Network(address));

    private static LeakyBuckets? Create(int size) => size == 0 ? null : new(size, Window, Remembered);

    private TimeSpan? Count(LeakyBuckets buckets, string whose)
    {
        var key = Fingerprint.Of(_key, whose);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var wait = buckets.Wait(key, now);
            if (wait > TimeSpan.Zero)
            {
                return wait;
            }
            buckets.Add(key, now);
            return null;
        }
    }
}
