using System.Text;

namespace Berth.Storage.Oss;

/// <summary>
/// Keys as objects' names: the same but for control characters and spaces, and for what begins a segment with a dot or a
/// <c>\</c>: a URL would lose the segments <c>.</c> and <c>..</c>, no name may begin with <c>\</c>, and no server takes them all.
/// </summary>
/// <remarks>
/// Such a character becomes two, the first of which lies between the same others as it does, so names are in the order of
/// their keys.
/// </remarks>
internal static class OssNames
{
    /// <summary>OSS's limit, in UTF-8 bytes.</summary>
    private const int MaximumLength = 1023;

    /// <summary>Stands before a character that is not above it.</summary>
    private const char Mark = '!';

    /// <summary>What is added to such a character: it is then a printable one.</summary>
    private const int Shift = 0x40;

    /// <summary>The name of a key that <see cref="StorageKey"/> has checked, or of a prefix.</summary>
    /// <param name="folder">What all names begin with: empty, or ending with a slash.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="ArgumentException">The name is longer than OSS takes: only keys of hundreds of segments that
    /// need a mark get there.</exception>
    public static string Encode(string folder, string key)
    {
        var encoded = Write(folder, key);
        return Encoding.UTF8.GetByteCount(encoded) <= MaximumLength
            ? encoded : throw new ArgumentException($"An object's name has at most {MaximumLength} bytes.", nameof(key));
    }

    /// <summary>The key of a name; <see langword="null"/> where the name is not one that <see cref="Encode"/> makes.</summary>
    public static string? Decode(string folder, string name)
    {
        if (!name.StartsWith(folder, StringComparison.Ordinal))
            return null;
        var key = new StringBuilder(name.Length);
        for (var at = folder.Length; at < name.Length; at++)
        {
            var isFirst = at == folder.Length || name[at - 1] == '/';
            if (name[at] != Mark && !(isFirst && name[at] is ('.' or '[')))
                key.Append(name[at]);
            else if (++at == name.Length)
                return null;
            else if (name[at - 1] == Mark)
                key.Append((char)(name[at] - Shift));
            else
                key.Append(name[at] == 'a' ? '\\' : name[at - 1]);
        }

        var decoded = key.ToString();
        return decoded.Length > 0 && Write(folder, decoded) == name ? decoded : null; // foreign names may be of any kind
    }

    private static string Write(string folder, string key)
    {
        var name = new StringBuilder(folder, folder.Length + key.Length);
        var isFirst = true;
        foreach (var character in key)
        {
            if (character <= Mark)
                name.Append(Mark).Append((char)(character + Shift));
            else if (isFirst && character is ('.' or '['))
                name.Append(character).Append('_');
            else if (isFirst && character == '\\')
                name.Append("[a");
            else
                name.Append(character);
            isFirst = character == '/';
        }

        return name.ToString();
    }
}
