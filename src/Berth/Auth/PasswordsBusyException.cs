namespace Berth.Auth;

/// <summary>More passwords are to be checked than may wait: the registry answers 429, and says when to come again.</summary>
/// <param name="retryAfter">How long the client shall wait.</param>
public sealed class PasswordsBusyException(TimeSpan retryAfter) : Exception("too many passwords are being checked")
{
    /// <summary>How long the client shall wait.</summary>
    public TimeSpan RetryAfter => retryAfter;
}
