using Berth.Auth.Audit;
using Berth.Auth.Oidc;
using Berth.Auth.Tokens;

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

    /// <summary>How people come to have accounts and projects, where the mode is <see cref="AuthMode.Accounts"/>.</summary>
    public AccountOptions Accounts { get; init; } = new();

    /// <summary>How much checking the passwords of accounts may cost.</summary>
    public PasswordLimits Passwords { get; init; } = new();

    /// <summary>How many wrong passwords are too many.</summary>
    public SignInLimits SignIn { get; init; } = new();

    /// <summary>How Berth makes tokens of its own, where it does: with accounts.</summary>
    public TokenOptions Tokens { get; init; } = new();

    /// <summary>How long it is kept who did what, unless anybody may do anything.</summary>
    public AuditOptions Audit { get; init; } = new();

    /// <summary>The server whose tokens are accepted, where the mode is <see cref="AuthMode.Token"/>.</summary>
    public ExternalTokenOptions? ExternalTokens { get; init; }

    /// <summary>Which programs may do what that identity providers vouch for. Default: none.</summary>
    public IReadOnlyList<FederationRule> Federation { get; init; } = [];

    /// <summary>The identity provider that vouches for people. Default: none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>How many requests are too many.</summary>
    public RequestLimits Requests { get; init; } = new();
}
