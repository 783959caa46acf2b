namespace Berth.Auth;

/// <summary>How much checking passwords may cost.</summary>
public sealed record PasswordLimits
{
    /// <summary>The most that <see cref="CacheLifetime"/> may be: 60 seconds.</summary>
    public static readonly TimeSpan LongestCacheLifetime = TimeSpan.FromSeconds(60);

    /// <summary>How many are checked at a time; at least 1. Default: as many as there are cores.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>How many more may wait; whoever comes then is told to come again. Default: 64.</summary>
    public int Queue { get; init; } = 64;

    /// <summary>How long one that was right is not computed again, while its stored hash is the same. Default: 60 s.</summary>
    public TimeSpan CacheLifetime { get; init; } = LongestCacheLifetime;

    /// <summary>How many right ones are remembered, 32 bytes each; 0: none. Default: 10,000.</summary>
    public int CacheEntries { get; init; } = 10_000;
}
