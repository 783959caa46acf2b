using Berth.Auth;

namespace Berth.Accounts;

/// <summary>Which passwords an account may have.</summary>
internal static class PasswordRule
{
    /// <summary>The longest password, in characters.</summary>
    public const int Most = 256;

    /// <summary>What a message says of the rule.</summary>
    public const string Text = "a password has 8 to 256 characters, no NUL among them, and is not the name";

    private const int Least = 8;

    /// <summary>Whether an account of this name may have this password.</summary>
    public static bool Allows(string name, string password) =>
        password.Length is >= Least and <= Most && PasswordHash.CanHash(password)
        && !password.Equals(name, StringComparison.OrdinalIgnoreCase);
}
