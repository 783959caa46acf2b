using Berth.Auth;

namespace Berth.Hosting;

/// <summary>The settings of accounts that Berth keeps itself.</summary>
internal static class AccountSettings
{
    private const string Section = "Berth:Auth:Accounts:";
    private const string SelfRegistration = Section + "SelfRegistration";
    private const string ProjectCreation = Section + "ProjectCreation";
    private const string Administrator = Section + "Administrator";
    private const string Password = Section + "AdministratorPassword";
    private const string PasswordFile = Section + "AdministratorPasswordFile";

    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (SelfRegistration, "accounts: whether anybody may make an account for themselves (false)"),
        (ProjectCreation, "accounts: who may make projects: administrators or everyone (administrators)"),
        (Administrator, "accounts: the name of the first administrator (a one-time code makes one)"),
        (Password, "accounts: the first administrator's password"),
        (PasswordFile, "accounts: a file that holds it instead"),
    ];

    public static AccountOptions Bind(Settings settings, string directory)
    {
        var administrator = settings.Text(Administrator);
        var password = settings.Secret(Password, PasswordFile, directory);
        if (administrator is not null && password is null)
            throw settings.Refusal(Administrator, $"{Password} or {PasswordFile} is needed with it");
        if (administrator is null && password is not null)
            throw settings.Refusal(settings.Text(Password) is null ? PasswordFile : Password, $"{Administrator} is needed with it");
        return new()
        {
            SelfRegistration = settings.Read<bool>(SelfRegistration, false, ValueFormats.TryBoolean, "true or false"),
            EverybodyCreatesProjects = settings.Read<bool>(ProjectCreation, false, TryCreation, "administrators or everyone"),
            Administrator = administrator,
            AdministratorPassword = password,
        };
    }

    private static bool TryCreation(string text, out bool everybody)
    {
        everybody = text.Equals("everyone", StringComparison.OrdinalIgnoreCase);
        return everybody || text.Equals("administrators", StringComparison.OrdinalIgnoreCase);
    }
}
