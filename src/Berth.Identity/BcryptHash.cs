using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Berth.Identity;

/// <summary>Passwords as htpasswd files keep them: bcrypt in its forms <c>$2a$</c>, <c>$2b$</c> and <c>$2y$</c>.</summary>
public static partial class BcryptHash
{
    /// <summary>The least cost that there is.</summary>
    public const int LowestCost = 4;

    /// <summary>The highest cost accepted, as by Apache's htpasswd: some seconds for a password.</summary>
    public const int HighestCost = 17;

    /// <summary>What <c>berth htpasswd</c> writes unless told otherwise: less than 100 ms for a password.</summary>
    public const int DefaultCost = 10;

    private const int MostBytes = 72; // of a longer password bcrypt ignores the rest

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Hashes a password, in the form <c>$2y$</c>, which every reader of such files knows.</summary>
    /// <exception cref="ArgumentException"><see cref="CanHash"/> is false.</exception>
    public static string Create(string password, int cost)
    {
        if (!CanHash(password, out var reason))
        {
            throw new ArgumentException(reason, nameof(password));
        }
        return BCrypt.Net.BCrypt.HashPassword(password, BCrypt.Net.BCrypt.GenerateSalt(cost, 'y'));
    }

    /// <summary>Whether bcrypt can tell a password from all others.</summary>
    /// <param name="password">Anything.</param>
    /// <param name="reason">Why it cannot.</param>
    public static bool CanHash(string password, out string reason)
    {
        ArgumentNullException.ThrowIfNull(password);
        reason = "";
        try
        {
            if (Utf8.GetByteCount(password) > MostBytes)
            {
                reason = "longer than 72 bytes, of which bcrypt would ignore the rest";
            }
            // The password goes into bcrypt with a NUL at its end, over and over: "a" and "a\0a" are the same.
            else if (password.Contains('\0', StringComparison.Ordinal))
            {
                reason = "contains a NUL";
            }
        }
        catch (EncoderFallbackException)
        {
            reason = "no Unicode text";
        }
        return reason.Length == 0;
    }

    /// <summary>Reads the cost of a hash.</summary>
    /// <returns><see langword="null"/> where it is no hash of these forms, or its cost is too high.</returns>
    internal static int? CostOf(string stored) =>
        Form().Match(stored) is { Success: true } match
        && int.Parse(match.Groups["cost"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) is var cost
        && cost is >= LowestCost and <= HighestCost
            ? cost : null;

    /// <summary>
    /// Whether a password is the one that was hashed. A wrong one takes as long as <paramref name="cost"/> even where the hash is
    /// of a lower one, so that users are not told from names that nobody has.
    /// </summary>
    internal static bool IsRight(string password, string stored, int cost)
    {
        if (Compare(password, stored))
        {
            return true;
        }
        // 2^a + 2^a + 2^(a+1) + … + 2^(b-1) = 2^b
        for (var more = CostOf(stored) ?? cost; more < cost; more++)
        {
            Compare(password, Decoy(more));
        }
        return false;
    }

    /// <summary>A hash that no password fits.</summary>
    internal static string Decoy(int cost) => BCrypt.Net.BCrypt.GenerateSalt(cost, 'y') + new string('.', 31);

    private static bool Compare(string password, string stored) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(BCrypt.Net.BCrypt.HashPassword(password, stored)), Encoding.ASCII.GetBytes(stored));

    /// <summary>128 bits of salt and 184 of hash, whose last letters hold fewer bits than six: the rest is zero.</summary>
    [GeneratedRegex(@"\A\$2[aby]\$(?<cost>[0-9]{2})\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]\z")]
    private static partial Regex Form();
}
