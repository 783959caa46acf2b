namespace Berth.Cli.Management;

/// <summary>How to show a registry who asks.</summary>
/// <param name="User">The user name.</param>
/// <param name="Secret">A personal token, an identity token, or a password.</param>
internal sealed record Login(string User, string Secret)
{
    private const string PersonalToken = "berth_pat_";

    /// <summary>Whether the secret is a personal token, which is better kept than a password.</summary>
    public bool HasPersonalToken => Secret.StartsWith(PersonalToken, StringComparison.Ordinal);

    /// <summary>Nothing secret, wherever it is printed.</summary>
    public override string ToString() => User;
}

/// <summary>A login that is kept.</summary>
internal sealed record KeptLogin
{
    /// <summary>The address of the registry.</summary>
    public required string Url { get; init; }

    public required string User { get; init; }

    public required string Secret { get; init; }

    /// <summary>The id of the personal token that <c>berth login</c> made; <see langword="null"/> where it made none.</summary>
    public string? TokenId { get; init; }

    /// <summary>Whether <c>--insecure</c> was said for this address.</summary>
    public bool Insecure { get; init; }
}

/// <summary>All logins that are kept.</summary>
internal sealed record KeptLogins
{
    public static KeptLogins None { get; } = new();

    /// <summary>The address of the registry that is asked where none is named.</summary>
    public string? Current { get; init; }

    public IReadOnlyList<KeptLogin> Registries { get; init; } = [];

    /// <summary>The login to a registry.</summary>
    public KeptLogin? Find(string? url) => Registries.FirstOrDefault(login => login.Url == url);

    /// <summary>With a login added, or put in the place of the one before; it is the current one.</summary>
    public KeptLogins With(KeptLogin login) => new()
    {
        Current = login.Url,
        Registries = [.. Registries.Where(other => other.Url != login.Url), login],
    };

    /// <summary>Without a login; where it was the current one, there is none.</summary>
    public KeptLogins Without(KeptLogin login) => new()
    {
        Current = Current == login.Url ? null : Current,
        Registries = [.. Registries.Where(other => other.Url != login.Url)],
    };
}
