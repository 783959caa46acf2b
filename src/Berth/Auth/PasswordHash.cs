using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Auth;

/// <summary>
/// Passwords as accounts store them: PBKDF2 with HMAC-SHA-512 (RFC 8018), written as
/// <c>$pbkdf2-sha512$i=ITERATIONS$SALT$HASH</c> with Base64, so that each hash carries its cost.
/// </summary>
internal static class PasswordHash
{
    /// <summary>What OWASP's password storage cheat sheet asks of this function at the time of writing.</summary>
    public const int Iterations = 210_000;

    private const int MostIterations = 10_000_000; // some seconds
    private const int SaltBytes = 16;
    private const int HashBytes = SHA512.HashSizeInBytes;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A hash that no password fits, of today's cost: for names that nobody has.</summary>
    public static string Decoy { get; } =
        Format(Iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    /// <summary>Whether a password is text that can be hashed: Unicode without a NUL.</summary>
    public static bool CanHash(string password) => TryEncode(password, out _);

    /// <summary>Hashes a password.</summary>
    /// <exception cref="ArgumentException"><see cref="CanHash"/> is false.</exception>
    public static string Create(string password)
    {
        if (!TryEncode(password, out var bytes))
        {
            throw new ArgumentException("no text that can be hashed", nameof(password));
        }
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Format(Iterations, salt, Compute(bytes, salt, Iterations));
    }

    /// <summary>
    /// Whether a password is the one that was hashed: a <see cref="PasswordCheck"/>. A wrong one takes as long as today's cost
    /// even where the hash is of a lower one, so that accounts of old are not told from names that nobody has.
    /// </summary>
    /// <exception cref="FormatException">The stored text is no such hash.</exception>
    public static bool IsRight(string password, string stored)
    {
        var (iterations, salt, hash) = Parse(stored);
        var isText = TryEncode(password, out var bytes);
        if (CryptographicOperations.FixedTimeEquals(Compute(bytes, salt, iterations), hash) && isText)
        {
            return true;
        }
        if (iterations < Iterations)
        {
            Compute(bytes, salt, Iterations - iterations);
        }
        return false;
    }

    /// <summary>Whether a hash is of a lower cost than today's: the next right password is hashed anew.</summary>
    /// <exception cref="FormatException">The stored text is no such hash.</exception>
    public static bool NeedsRehash(string stored) => Parse(stored).Iterations < Iterations;

    private static byte[] Compute(byte[] password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, HashBytes);

    private static string Format(int iterations, byte[] salt, byte[] hash) => string.Create(
        CultureInfo.InvariantCulture,
        $"$pbkdf2-sha512$i={iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");

    private static (int Iterations, byte[] Salt, byte[] Hash) Parse(string stored)
    {
        if (stored.Split('$') is not ["", "pbkdf2-sha512", ['i', '=', .. var cost], var salt, var hash]
            || !int.TryParse(cost, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < 1 or > MostIterations)
        {
            throw new FormatException("no password hash of this registry");
        }
        var bytes = Convert.FromBase64String(hash);
        return bytes.Length == HashBytes
            ? (iterations, Convert.FromBase64String(salt), bytes)
            : throw new FormatException("no password hash of this registry");
    }

    /// <summary>
    /// Half a surrogate pair is no text, and would be hashed like any other such. A key of HMAC is filled up with NULs, so that
    /// one at its end would not count.
    /// </summary>
    private static bool TryEncode(string password, out byte[] bytes)
    {
        bytes = [];
        if (password.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }
        try
        {
            bytes = Utf8.GetBytes(password);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
