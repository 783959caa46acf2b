using Berth.Identity;

namespace Berth.Hosting;

/// <summary>The settings of a directory whose people may log in.</summary>
internal static class LdapSettings
{
    public const string UrlSetting = Section + nameof(LdapOptions.Url);

    private const string Section = "Berth:Auth:Ldap:";
    private const string StartTls = Section + nameof(LdapOptions.StartTls);
    private const string TrustedCertificates = Section + nameof(LdapOptions.TrustedCertificates);
    private const string SearchDn = Section + nameof(LdapOptions.SearchDn);
    private const string SearchPassword = Section + nameof(LdapOptions.SearchPassword);
    private const string SearchPasswordFile = Section + "SearchPasswordFile";
    private const string BaseDn = Section + nameof(LdapOptions.BaseDn);
    private const string Filter = Section + nameof(LdapOptions.Filter);
    private const string Uid = Section + nameof(LdapOptions.Uid);
    private const string Scope = Section + nameof(LdapOptions.Scope);
    private const string Timeout = Section + nameof(LdapOptions.Timeout);
    private const string GroupAttribute = Section + nameof(LdapOptions.GroupAttribute);
    private const string AdministratorGroup = Section + nameof(LdapOptions.AdministratorGroup);

    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (UrlSetting, "directory: ldap://HOST or ldaps://HOST; its people log in beside accounts (none)"),
        (StartTls, "directory: whether ldap:// goes over to TLS first (true, but for this machine)"),
        (TrustedCertificates, "directory: a folder of PEM files of certificate authorities (the system's)"),
        (SearchDn, "directory: as whom people are searched for (nobody)"),
        (SearchPassword, "directory: the password of SearchDn"),
        (SearchPasswordFile, "directory: a file that holds it instead"),
        (BaseDn, "directory: below which entry people are, such as ou=people,dc=example,dc=org"),
        (Filter, "directory: which entries people are, such as (objectClass=person) (all)"),
        (Uid, "directory: the attribute that is the name to log in with (uid)"),
        (Scope, "directory: how deep below BaseDn: base, onelevel or subtree (subtree)"),
        (Timeout, "directory: how long each step may take, 1s to 1m (5s)"),
        (GroupAttribute, "directory: the attribute that lists a person's groups (memberOf)"),
        (AdministratorGroup, "directory: the group whose members administer the registry (none)"),
    ];

    /// <returns><see langword="null"/> where no directory is named.</returns>
    /// <exception cref="SettingsException">The directory cannot be asked like this.</exception>
    public static LdapOptions? Bind(Settings settings, string directory)
    {
        if (settings.Text(UrlSetting) is null)
            return null;
        var defaults = new LdapOptions();
        var options = new LdapOptions
        {
            Url = settings.Read<Uri?>(UrlSetting, null, TryUrl, "ldap://HOST:PORT or ldaps://HOST:PORT"),
            StartTls = settings.Read<bool?>(StartTls, defaults.StartTls, TryBoolean, "true or false"),
            TrustedCertificates = settings.Text(TrustedCertificates) is { } folder ? Path.GetFullPath(folder, directory) : null,
            SearchDn = settings.Text(SearchDn),
            SearchPassword = settings.Secret(SearchPassword, SearchPasswordFile, directory),
            BaseDn = settings.Text(BaseDn) ?? defaults.BaseDn,
            Filter = settings.Text(Filter),
            Uid = settings.Text(Uid) ?? defaults.Uid,
            Scope = settings.Read<LdapScope>(Scope, defaults.Scope, TryScope, "base, onelevel or subtree"),
            Timeout = settings.Read<TimeSpan>(Timeout, defaults.Timeout, ValueFormats.TryDuration, "1s to 1m"),
            GroupAttribute = settings.Text(GroupAttribute) ?? defaults.GroupAttribute,
            AdministratorGroup = settings.Text(AdministratorGroup),
        };
        return options.TryCheck(out var problem) ? options : throw settings.Refusal(Section + problem.Option, problem.Reason);
    }

    private static bool TryUrl(string text, out Uri? url) => Uri.TryCreate(text, UriKind.Absolute, out url);

    private static bool TryBoolean(string text, out bool? value)
    {
        var isBoolean = ValueFormats.TryBoolean(text, out var read);
        value = read;
        return isBoolean;
    }

    private static bool TryScope(string text, out LdapScope scope) =>
        Enum.TryParse(text, ignoreCase: true, out scope) && Enum.IsDefined(scope) && text.All(char.IsAsciiLetter);
}
