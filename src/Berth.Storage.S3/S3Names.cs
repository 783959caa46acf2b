using System.Globalization;
using System.Text;

namespace Berth.Storage.S3;

/// <summary>
/// Keys as names of objects below a prefix: what the registry writes stands for itself, so that a bucket can be read by
/// people. Other characters are two hexadecimal digits behind a mark that keeps the order of the keys. A name so made has
/// no segment of dots only, which clients and proxies resolve, no control character, which a listing's XML cannot carry,
/// and no space or plus, which servers confuse.
/// </summary>
/// <param name="prefix">What all names begin with, without a slash at either end; empty for none.</param>
internal sealed class S3Names(string prefix)
{
    /// <summary>S3's limit, in bytes of UTF-8.</summary>
    private const int MaximumSize = 1024;

    /// <summary>The last character of Unicode's first plane that XML can carry, which marks the two that follow it.</summary>
    private const char LastInXml = '\uFFFD';

    private readonly string _prefix = prefix.Length == 0 ? "" : prefix + "/";

    /// <summary>The name of a key that <see cref="StorageKey"/> has checked, or of the beginning of keys.</summary>
    /// <exception cref="ArgumentException">The name is longer than S3 takes: only keys full of characters that need a mark
    /// get there.</exception>
    public string Encode(string key)
    {
        var encoded = Write(key);
        return Encoding.UTF8.GetByteCount(encoded) <= MaximumSize
            ? encoded
            : throw new ArgumentException($"An object's name has at most {MaximumSize} bytes.", nameof(key));
    }

    /// <summary>The key of a name; <see langword="null"/> where the name is not one that <see cref="Encode"/> makes.</summary>
    public string? Decode(string name)
    {
        if (!name.StartsWith(_prefix, StringComparison.Ordinal))
            return null;
        var key = new StringBuilder(name.Length);
        for (var at = _prefix.Length; at < name.Length; at++)
        {
            // A first dot is a mark itself: of a segment's first character only.
            var isFirst = at == _prefix.Length || name[at - 1] == '/';
            if (name[at] == LastInXml)
            {
                if (++at == name.Length)
                    return null;
                key.Append((char)(LastInXml + (name[at] - '0')));
            }
            else if (MarkOf(name[at], isFirst) is null)
            {
                key.Append(name[at]);
            }
            else
            {
                if (!byte.TryParse(
                    name.AsSpan(at + 1, Math.Min(2, name.Length - at - 1)), NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture, out var character))
                {
                    return null;
                }

                key.Append((char)character);
                at += 2;
            }
        }

        var decoded = key.ToString();
        return Write(decoded) == name ? decoded : null; // foreign names may be of any kind
    }

    private string Write(string key)
    {
        var name = new StringBuilder(_prefix, _prefix.Length + key.Length);
        for (var at = 0; at < key.Length; at++)
        {
            var character = key[at];
            if (MarkOf(character, isFirst: at == 0 || key[at - 1] == '/') is not { } mark)
                name.Append(character);
            else if (mark == LastInXml)
                name.Append(mark).Append((char)('0' + (character - LastInXml)));
            else
                name.Append(mark).Append(((int)character).ToString("X2", CultureInfo.InvariantCulture));
        }

        return name.ToString();
    }

    /// <summary>
    /// What a character needs before it: a mark that lies between the same plain characters as it does, and needs one
    /// itself.
    /// </summary>
    private static char? MarkOf(char character, bool isFirst) => character switch
    {
        '.' => isFirst ? '.' : null,
        '-' or '/' or ':' or '_' or '~' => null,
        (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') => null,
        < '-' => '!',
        < 'A' => '=',
        < '_' => '^',
        < 'a' => '`',
        < '~' => '|',
        <= '\u00A0' => '\u00A0',
        < LastInXml => null,
        _ => LastInXml,
    };
}
