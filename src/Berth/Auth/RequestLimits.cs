namespace Berth.Auth;

/// <summary>How many requests are too many. Each process counts for itself.</summary>
public sealed record RequestLimits
{
    /// <summary>Requests of one principal in a minute; 0: no limit. Default: 0.</summary>
    public int PerPrincipal { get; init; }

    /// <summary>
    /// Requests without a credential, or with a wrong one, from one address (for IPv6 one /64 network) in a minute; 0: no limit.
    /// Default: 0.
    /// </summary>
    public int PerAddress { get; init; }
}
