using System.Globalization;
using System.Text;

namespace Berth.Storage.Azure;

/// <summary>
/// Keys as blob names: letters, digits, - and / stand for themselves, as do characters beyond Latin-1's controls; every
/// other character is two hexadecimal digits behind a mark that keeps the order of the keys. A name so made has no
/// segment that ends with a dot, and nothing that a URL or a listing's XML would change.
/// </summary>
internal static class BlobNames
{
    /// <summary>Azure's limit, in UTF-16 units.</summary>
    private const int MaximumLength = 1024;

    /// <summary>Azure's limit.</summary>
    private const int MaximumSegments = 254;

    /// <summary>The last character of Unicode's first plane that XML can carry, which marks the two that follow it.</summary>
    private const char LastInXml = '\uFFFD';

    /// <summary>The name of a key that <see cref="StorageKey"/> has checked, or of a prefix.</summary>
    /// <exception cref="ArgumentException">The name is longer than Azure takes: only keys full of characters that need a
    /// mark get there, or keys of hundreds of segments.</exception>
    public static string Encode(string key)
    {
        var name = Write(key);
        if (name.Length > MaximumLength || key.AsSpan().Count('/') >= MaximumSegments)
        {
            throw new ArgumentException(
                $"A blob's name has at most {MaximumLength} characters and {MaximumSegments} segments.", nameof(key));
        }

        return name;
    }

    /// <summary>The key of a name; <see langword="null"/> where the name is not one that <see cref="Encode"/> makes.</summary>
    public static string? Decode(string name)
    {
        var key = new StringBuilder(name.Length);
        for (var at = 0; at < name.Length; at++)
        {
            if (!IsMark(name[at]))
            {
                key.Append(name[at]);
            }
            else if (name[at] == LastInXml)
            {
                if (++at == name.Length)
                    return null;
                key.Append((char)(LastInXml + (name[at] - '0')));
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

    private static string Write(string key)
    {
        var name = new StringBuilder(key.Length);
        foreach (var character in key)
        {
            if (Mark(character) is not { } mark)
                name.Append(character);
            else if (mark == LastInXml)
                name.Append(mark).Append((char)('0' + (character - LastInXml)));
            else
                name.Append(mark).Append(((int)character).ToString("X2", CultureInfo.InvariantCulture));
        }

        return name.ToString();
    }

    private static bool IsMark(char character) => character is '!' or '.' or '=' or '_' or '~' or LastInXml;

    /// <summary>What a character needs before it: a mark that lies between the same plain characters as it does.</summary>
    private static char? Mark(char character) => character switch
    {
        '-' or '/' or (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') => null,
        < '-' => '!',
        '.' => '.',
        < 'A' => '=',
        < 'a' => '_',
        < '\u00A0' => '~',
        < LastInXml => null,
        _ => LastInXml,
    };
}
