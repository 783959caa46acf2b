using System.Diagnostics.CodeAnalysis;
using Berth.Auth;

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

    /// <summary>Each setting with what a help says of it.</summary>
    internal static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (ModeSetting, "how callers are told apart: none (none, on this machine only)"),
        (AllowAnonymousSetting, "whether anybody who reaches the registry may push, where the mode is none (false)"),
        (RealmSetting, "what clients show where they ask for a password (Berth)"),
    ];

    /// <summary>What the registry is told.</summary>
    public AuthOptions Options { get; private init; } = new();

    /// <summary>
    /// Whether nobody has to log in and nobody said that this is wanted: such a registry must not be reached by others.
    /// </summary>
    public bool IsUnguarded { get; private init; } = true;

    /// <summary>Why an unguarded registry that others reach is refused.</summary>
    public static string Unguarded =>
        "others reach this registry, and nobody has to log in. For logins set "
        + $"{ModeSetting}=htpasswd and Berth:Auth:Htpasswd:Path=FILE, a file of lines as `htpasswd -Bbn NAME PASSWORD` prints "
        + $"them; to let anybody push and delete, set {AllowAnonymousSetting}=true";

    /// <summary>Binds and validates.</summary>
    /// <param name="settings">What the sources say.</param>
    /// <exception cref="SettingsException">A value is malformed, or two contradict each other.</exception>
    internal static AuthSettings Bind(Settings settings)
    {
        var defaults = new AuthOptions();
        var mode = settings.Read<AuthMode>(ModeSetting, defaults.Mode, TryMode, "none");
        return new()
        {
            Options = new()
            {
                Mode = mode,
                Realm = settings.Read<string>(RealmSetting, defaults.Realm, TryRealm, "up to 100 characters of ASCII"),
                PublicUrl = settings.Read<Uri?>(
                    SettingNames.PublicUrl, null, TryPublicUrl, "where clients reach it, such as https://registry.example.com"),
            },
            IsUnguarded = mode == AuthMode.None && !settings.Read<bool>(
                AllowAnonymousSetting, false, ValueFormats.TryBoolean, "true or false"),
        };
    }

    private static bool TryMode(string text, out AuthMode mode)
    {
        mode = AuthMode.None;
        return text.Equals("none", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryRealm(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text.Length <= 100 && text.All(letter => letter is >= ' ' and <= '~');
    }

    private static bool TryPublicUrl(string text, [MaybeNullWhen(false)] out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value)
        && (value.Scheme == Uri.UriSchemeHttps || value.Scheme == Uri.UriSchemeHttp)
        && value is { UserInfo: "", PathAndQuery: "/", Fragment: "" };
}
