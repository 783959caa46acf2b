namespace Berth.Auth;

/// <summary>Somewhere that knows callers by a name and a secret: an htpasswd file, accounts, robots, a directory, an issuer.</summary>
/// <remarks>
/// Sources are asked one after the other until one answers. Each takes as long for a name that it does not know as for one that
/// it does, unless it can tell from the secret's form alone that it is not meant.
/// </remarks>
public interface ICredentialSource
{
    /// <summary>Tells whose name and secret these are.</summary>
    /// <param name="name">The user name of Basic authentication, 0 to 255 characters, anything.</param>
    /// <param name="secret">The password, 0 to 16,384 characters, anything.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="null"/> where this source does not know the name or secret: the next is asked.</returns>
    /// <exception cref="Storage.StorageException">What it would have to ask does not answer: 503, never "wrong".</exception>
    Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken);
}

/// <summary>What a source that knows a name says of a secret.</summary>
public sealed record SignIn
{
    private SignIn(Caller? caller, string reason, bool isGuess = false) =>
        (Caller, Reason, IsGuess) = (caller, reason, isGuess);

    /// <summary>Who it is; <see langword="null"/> where the secret is wrong.</summary>
    public Caller? Caller { get; }

    /// <summary>Why it was refused, for the log and the audit: never shown to the client. Empty where it was not.</summary>
    public string Reason { get; }

    /// <summary>Whether somebody may be trying out passwords: too many of these, and the user is refused unseen.</summary>
    public bool IsGuess { get; }

    /// <summary>The secret is right.</summary>
    public static SignIn Accepted(Caller caller) => new(caller, "");

    /// <summary>The password is wrong: no other source is asked.</summary>
    public static SignIn Refused(string reason) => new(null, reason, isGuess: true);

    /// <summary>
    /// The secret was right once, or is one that nobody guesses, and is no good: expired, revoked, of a disabled account. No other
    /// source is asked.
    /// </summary>
    public static SignIn Ended(string reason) => new(null, reason);
}
