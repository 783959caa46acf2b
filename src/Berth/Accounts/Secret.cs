using System.Security.Cryptography;
using System.Text;

namespace Berth.Accounts;

/// <summary>
/// Secrets that nobody chose: 256 random bits, which no number of guesses finds, so that their SHA-256 may be kept and compared
/// for each request.
/// </summary>
internal static class Secret
{
    /// <summary>How many characters one has.</summary>
    public const int Length = 64;

    /// <summary>A new one, in hexadecimal.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Length / 2));

    /// <summary>A new id: no secret, and no other's.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>What is kept of a secret.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Whether a secret is the one of a hash; takes as long where there is no hash.</summary>
    public static bool IsRight(string secret, string? hash) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Hash(secret)), Encoding.ASCII.GetBytes(hash ?? new string('-', Length)));
}
