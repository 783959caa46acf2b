using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Berth.Auth;
using Berth.Identity;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>Who may do what, as the settings say it.</summary>
public sealed record AuthSettings
{
    /// <summary>How callers are told apart.</summary>
    public const string ModeSetting = "Berth:Auth:Mode";

    /// <summary>Whether a registry that others reach may go without logins.</summary>
    public const string AllowAnonymousSetting = "Berth:Auth:AllowAnonymous";

    /// <summary>What clients show where they ask for a password.</summary>
    public const string RealmSetting = "Berth:Auth:Realm";

    /// <summary>The file of names and hashed passwords.</summary>
    public const string HtpasswdPathSetting = "Berth:Auth:Htpasswd:Path";

    /// <summary>How long it is kept who did what.</summary>
    public const string RetentionSetting = "Berth:Audit:Retention";

    /// <summary>How many requests of one principal are too many.</summary>
    public const string PrincipalRequestsSetting = "Berth:Auth:Limits:RequestsPerMinute";

    /// <summary>How many requests without a login are too many.</summary>
    public const string AddressRequestsSetting = "Berth:Auth:Limits:AnonymousRequestsPerMinute";

    private const string Modes = "none, htpasswd, accounts or token";

    /// <summary>Each setting with what a help says of it.</summary>
    internal static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (ModeSetting, $"how callers are told apart: {Modes} (none, on this machine only)"),
        (AllowAnonymousSetting, "whether anybody who reaches the registry may push, where the mode is none (false)"),
        (RealmSetting, "what clients show where they ask for a password (Berth)"),
        (HtpasswdPathSetting, "htpasswd: the file of names and bcrypt hashes"),
        .. AccountSettings.All,
        .. TokenSettings.All,
        .. LdapSettings.All,
        .. FederationSettings.All,
        (PrincipalRequestsSetting, "requests of one principal in a minute, in one process (0: no limit)"),
        (AddressRequestsSetting, "requests without a login from one address in a minute, in one process (0: no limit)"),
        (RetentionSetting, "for how many days it is kept who did what: 1d to 3650d, or 0 for no audit (90d)"),
    ];

    /// <summary>Why an unguarded registry that others reach is refused.</summary>
    public static string Unguarded =>
        "others reach this registry, and nobody has to log in. For logins set "
        + $"{ModeSetting}=htpasswd and {HtpasswdPathSetting}=FILE, a file of lines as `htpasswd -Bbn NAME PASSWORD` prints "
        + $"them; to let anybody push and delete, set {AllowAnonymousSetting}=true";

    /// <summary>What the registry is told, but for what has to be opened first.</summary>
    public AuthOptions Options { get; private init; } = new();

    /// <summary>
    /// Whether nobody has to log in and nobody said that this is wanted: such a registry must not be reached by others.
    /// </summary>
    public bool IsUnguarded { get; private init; } = true;

    /// <summary>The file of names and hashed passwords, absolute; <see langword="null"/> in the other modes.</summary>
    public string? HtpasswdPath { get; private init; }

    /// <summary>The directory whose people log in beside accounts; <see langword="null"/> for none.</summary>
    public LdapOptions? Ldap { get; private init; }

    /// <summary>Binds and validates. Reads the files of keys that settings name.</summary>
    /// <param name="settings">What the sources say.</param>
    /// <param name="directory">What relative paths are relative to.</param>
    /// <exception cref="SettingsException">A value is malformed, is missing, or two contradict each other.</exception>
    internal static AuthSettings Bind(Settings settings, string directory)
    {
        var defaults = new AuthOptions();
        var mode = settings.Read<AuthMode>(ModeSetting, defaults.Mode, TryMode, Modes);
        return new()
        {
            Options = new()
            {
                Mode = mode,
                Realm = settings.Read<string>(RealmSetting, defaults.Realm, TryRealm, "up to 100 characters of ASCII"),
                PublicUrl = settings.Read<Uri?>(
                    SettingNames.PublicUrl, null, TryPublicUrl, "where clients reach it, such as https://registry.example.com"),
                Accounts = AccountSettings.Bind(settings, directory),
                Tokens = TokenSettings.BindOwn(settings, directory),
                ExternalTokens = mode == AuthMode.Token ? TokenSettings.BindExternal(settings, directory) : null,
                Federation = FederationSettings.BindRules(settings),
                Oidc = FederationSettings.BindPeople(settings),
                Requests = new()
                {
                    PerPrincipal = Requests(PrincipalRequestsSetting),
                    PerAddress = Requests(AddressRequestsSetting),
                },
                Audit = new() { Days = settings.Read<int>(RetentionSetting, defaults.Audit.Days, TryDays, "1d to 3650d, or 0") },
            },
            IsUnguarded = mode == AuthMode.None && !settings.Read<bool>(
                AllowAnonymousSetting, false, ValueFormats.TryBoolean, "true or false"),
            HtpasswdPath = mode == AuthMode.Htpasswd
                ? Path.GetFullPath(
                    settings.Text(HtpasswdPathSetting)
                        ?? throw settings.Refusal(ModeSetting, $"htpasswd needs {HtpasswdPathSetting}"),
                    directory)
                : null,
            Ldap = BindLdap(settings, mode, directory),
        };

        int Requests(string name) => settings.Read<int>(name, 0, TryRequests, "a number from 1 to 1000000, or 0 for no limit");
    }

    /// <summary>Opens what is kept elsewhere.</summary>
    /// <returns>What the registry is told.</returns>
    /// <exception cref="SettingsException">It cannot be used.</exception>
    public AuthOptions Open(TimeProvider time, ILogger logger)
    {
        if (Ldap is not null)
            return Options with { Sources = [new LdapDirectory(Ldap)] };
        if (HtpasswdPath is not { } path)
            return Options;
        try
        {
            var file = HtpasswdFile.Open(
                new() { Path = path }, new PasswordVerification(Options.Passwords, time), time, logger);
            return Options with { Sources = [file] };
        }
        catch (HtpasswdException e)
        {
            throw new SettingsException($"{HtpasswdPathSetting}: {e.Message}", e);
        }
    }

    private static LdapOptions? BindLdap(Settings settings, AuthMode mode, string directory)
    {
        var options = LdapSettings.Bind(settings, directory);
        return options is null || mode == AuthMode.Accounts
            ? options
            : throw settings.Refusal(LdapSettings.UrlSetting, $"it needs {ModeSetting}=accounts, which has roles for its people");
    }

    private static bool TryMode(string text, out AuthMode mode) =>
        Enum.TryParse(text, ignoreCase: true, out mode) && Enum.IsDefined(mode) && text.All(char.IsAsciiLetter);

    private static bool TryRealm(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text.Length <= 100 && text.All(letter => letter is >= ' ' and <= '~');
    }

    private static bool TryPublicUrl(string text, [MaybeNullWhen(false)] out Uri? value) =>
        ValueFormats.TryUrl(text, out value) && value.PathAndQuery == "/";

    private static bool TryRequests(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 1_000_000;

    private static bool TryDays(string text, out int days)
    {
        days = 0;
        return text == "0" || (text.EndsWith('d') && text.AsSpan(0, text.Length - 1).IndexOfAnyExceptInRange('0', '9') < 0
            && int.TryParse(text.AsSpan(0, text.Length - 1), out days) && days is >= 1 and <= 3650);
    }
}
