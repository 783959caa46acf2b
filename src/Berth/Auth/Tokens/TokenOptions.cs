namespace Berth.Auth.Tokens;

/// <summary>How Berth makes tokens of its own.</summary>
public sealed record TokenOptions
{
    /// <summary>
    /// The registry's name in tokens, their audience: one that no other registry has which keeps its keys in the same store or
    /// shares configured ones. Default: the host of <see cref="AuthOptions.PublicUrl"/>, or berth.
    /// </summary>
    public string? Service { get; init; }

    /// <summary>How long a token is valid, 1 minute to 1 day. Default: 5 minutes.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Keys of ECDSA with P-256 as PEM, at most two: the first signs and must be private, both verify. Default: none; keys are
    /// made and kept in the record store, a new one every 30 days.
    /// </summary>
    public IReadOnlyList<string> SigningKeys { get; init; } = [];
}
