using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BCrypt.Net;

/// <summary>bcrypt of Provos and Mazières, "A Future-Adaptable Password Scheme" (1999), in the forms 2a, 2b, 2x and 2y.</summary>
/// <remarks>The official package makes no difference between the four, and neither does this.</remarks>
public sealed class BCrypt
{
    private const int SaltBytes = 16;
    private const int SaltLetters = 22;
    private const int HashBytes = 23; // of 24: the last was never part of the form
    private const string Revisions = "abxy";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="inputKey">The password. What follows its 72nd byte of UTF-8 does not count.</param>
    /// <param name="salt">A salt, or a whole hash, whose salt it is then.</param>
    /// <exception cref="SaltParseException">It is neither.</exception>
    public static string HashPassword(string inputKey, string salt)
    {
        ArgumentNullException.ThrowIfNull(inputKey);
        ArgumentException.ThrowIfNullOrEmpty(salt);
        if (salt.Length < 7 + SaltLetters || !salt.StartsWith("$2", StringComparison.Ordinal) || !Revisions.Contains(salt[2])
            || salt[3] != '$' || salt[6] != '$'
            || !int.TryParse(salt.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var workFactor)
            || workFactor is < 1 or > 31
            || !BCryptBase64.TryDecode(salt.AsSpan(7, SaltLetters), SaltBytes, out var saltBytes))
        {
            throw new SaltParseException("Invalid salt");
        }
        var hash = Hash(Utf8.GetBytes(inputKey + '\0'), saltBytes, workFactor);
        return Prefix(workFactor, salt[2]) + BCryptBase64.Encode(saltBytes) + BCryptBase64.Encode(hash);
    }

    public static string GenerateSalt(int workFactor, char bcryptMinorRevision = 'a')
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workFactor, 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workFactor, 31);
        if (!Revisions.Contains(bcryptMinorRevision))
            throw new ArgumentException("BCrypt Revision should be a, b, x or y", nameof(bcryptMinorRevision));
        return Prefix(workFactor, bcryptMinorRevision) + BCryptBase64.Encode(RandomNumberGenerator.GetBytes(SaltBytes));
    }

    private static string Prefix(int workFactor, char revision) =>
        string.Create(CultureInfo.InvariantCulture, $"$2{revision}${workFactor:00}$");

    private static byte[] Hash(byte[] key, byte[] salt, int workFactor)
    {
        var cipher = new Blowfish();
        cipher.ExpandKey(key, salt);
        byte[] none = new byte[SaltBytes];
        for (var round = 0L; round < 1L << workFactor; round++)
        {
            cipher.ExpandKey(key, none);
            cipher.ExpandKey(salt, none);
        }
        var text = "OrpheanBeholderScryDoubt"u8.ToArray();
        for (var at = 0; at < text.Length; at += 8)
        {
            var (left, right) = (Word(text, at), Word(text, at + 4));
            for (var time = 0; time < 64; time++)
                cipher.Encrypt(ref left, ref right);
            BinaryPrimitives.WriteUInt32BigEndian(text.AsSpan(at), left);
            BinaryPrimitives.WriteUInt32BigEndian(text.AsSpan(at + 4), right);
        }
        return text[..HashBytes];
    }

    private static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}
