namespace Berth.Auth;

/// <summary>Who may do what, as an operator decides it.</summary>
public sealed record AuthOptions
{
    /// <summary>How callers are told apart. Default: they are not.</summary>
    public AuthMode Mode { get; init; } = AuthMode.None;

    /// <summary>What a client shows its user when it asks for a password. Default: Berth.</summary>
    public string Realm { get; init; } = "Berth";

    /// <summary>
    /// Where clients reach the registry, without a path: <c>https://registry.example.com</c>. What it tells them to fetch tokens
    /// from begins with it, never with what they themselves say in <c>Host</c>. Default: <see langword="null"/>, not known.
    /// </summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Who knows names and secrets besides what the mode itself has, in the order in which they are asked.</summary>
    public IReadOnlyList<ICredentialSource> Sources { get; init; } = [];
}
