namespace Berth.Auth;

/// <summary>How many wrong passwords are too many.</summary>
/// <remarks>
/// Failures are forgiven one by one, all of them within <see cref="Window"/>; a sign-in that succeeds forgives the user at that
/// address at once. Each process counts for itself.
/// </remarks>
public sealed record SignInLimits
{
    /// <summary>Failures of one user from one address until they are refused unseen; at least 1. Default: 10.</summary>
    public int UserFailures { get; init; } = 10;

    /// <summary>
    /// Failures of all users from one address (for IPv6 one /64 network) until it is refused unseen; at least 1. Default: 100.
    /// </summary>
    public int AddressFailures { get; init; } = 100;

    /// <summary>In which time that many failures are forgiven. Default: 10 minutes.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How many users at addresses, and how many addresses, are remembered; those with the fewest failures are forgotten first.
    /// Default: 100,000, which is about 10 MB.
    /// </summary>
    public int Remembered { get; init; } = 100_000;
}
