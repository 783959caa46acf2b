namespace Berth.Auth;

/// <summary>What a request's credential is worth.</summary>
/// <param name="Caller">
/// Who sends it; the anonymous one where there is no credential; <see langword="null"/> where there is one that is wrong.
/// </param>
/// <param name="Reason">Why there is no caller, for the audit: never shown to the client. Says nothing where there is one.</param>
internal sealed record Authentication(Caller? Caller, string Reason)
{
    /// <summary>How long the client shall wait where its credential was not even looked at: 429.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    public static Authentication Of(Caller caller) => new(caller, "");

    public static Authentication Refused(string reason) => new(null, reason);

    public static Authentication Throttled(TimeSpan wait) => new(null, "too many failures") { RetryAfter = wait };
}
