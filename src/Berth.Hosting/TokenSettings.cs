using System.Diagnostics.CodeAnalysis;
using Berth.Auth.Tokens;

namespace Berth.Hosting;

/// <summary>The settings of tokens: Berth's own, and those of another server.</summary>
internal static class TokenSettings
{
    private const string Service = "Berth:Auth:Service";
    private const string Lifetime = "Berth:Auth:TokenLifetime";
    private const string SigningKeys = "Berth:Auth:SigningKeys";

    private const string Section = "Berth:Auth:Token:";
    private const string Realm = Section + "Realm";
    private const string Audience = Section + "Service";
    private const string Issuer = Section + "Issuer";
    private const string RootCertificates = Section + "RootCertificates";
    private const string Jwks = Section + "Jwks";
    private const string Algorithms = Section + "Algorithms";

    private static readonly string AllAlgorithms = string.Join(", ", ExternalTokenOptions.KnownAlgorithms);

    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (Service, "accounts: the registry's name in its tokens (the host of Berth:PublicUrl)"),
        (Lifetime, "accounts: how long a token is valid, 60s to 24h (5m)"),
        (SigningKeys, "accounts: PEM files of one or two ECDSA P-256 keys; the first signs (kept in the store)"),
        (Realm, "token: the URL where clients ask the other server for tokens"),
        (Audience, "token: the registry's name at that server"),
        (Issuer, "token: that server's name in its tokens"),
        (RootCertificates, "token: PEM file of certificates that its tokens are signed with"),
        (Jwks, "token: JSON file of keys that its tokens are signed with"),
        (Algorithms, $"token: which algorithms are accepted ({AllAlgorithms})"),
    ];

    /// <summary>Tokens that Berth makes.</summary>
    public static TokenOptions BindOwn(Settings settings, string directory)
    {
        var defaults = new TokenOptions();
        var files = settings.ReadList<string>(SigningKeys, TryText, "files");
        if (files.Count > 2)
            throw settings.Refusal(SigningKeys, "two files at most: the key that signs, and the one before it");
        return new()
        {
            Service = settings.Text(Service),
            Lifetime = settings.Read<TimeSpan>(Lifetime, defaults.Lifetime, TryLifetime, "60s to 24h, such as 5m"),
            SigningKeys = [.. files.Select(file => settings.ReadFile(SigningKeys, file, directory))],
        };
    }

    /// <summary>Tokens that another server makes.</summary>
    public static ExternalTokenOptions BindExternal(Settings settings, string directory)
    {
        if (settings.Text(RootCertificates) is null && settings.Text(Jwks) is null)
            throw settings.Refusal(AuthSettings.ModeSetting, $"token needs {RootCertificates} or {Jwks}");
        return new()
        {
            Realm = settings.Read<Uri?>(Realm, null, ValueFormats.TryUrl, "a URL such as https://auth.example.com/token")
                ?? throw Missing(Realm),
            Service = settings.Text(Audience) ?? throw Missing(Audience),
            Issuer = settings.Text(Issuer) ?? throw Missing(Issuer),
            RootCertificates = Content(RootCertificates),
            Jwks = Content(Jwks),
            Algorithms = settings.ReadList<string>(Algorithms, TryAlgorithm, AllAlgorithms) is { Count: > 0 } some
                ? some
                : ExternalTokenOptions.KnownAlgorithms,
        };

        string? Content(string name) =>
            settings.Text(name) is { } file ? settings.ReadFile(name, file, directory) : null;

        SettingsException Missing(string name) => settings.Refusal(AuthSettings.ModeSetting, $"token needs {name}");
    }

    private static bool TryText(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return true;
    }

    private static bool TryLifetime(string text, out TimeSpan value) =>
        ValueFormats.TryDuration(text, out value) && value >= TimeSpan.FromSeconds(60) && value <= TimeSpan.FromDays(1);

    private static bool TryAlgorithm(string text, [MaybeNullWhen(false)] out string value)
    {
        value = ExternalTokenOptions.KnownAlgorithms.FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        return value is not null;
    }
}
