using System.Text;

namespace Berth.Storage.Oss;

/// <summary>
/// Keys as objects' names: the same but for a dot, or the marks below, at the beginning of a segment. A URL would lose
/// the segments <c>.</c> and <c>..</c>, and no name may begin with <c>\</c>.
/// </summary>
/// <remarks>
/// What a mark says follows it, so names are in the order of their keys: where two keys part in a segment's first
/// character, their names part there too, the same way.
/// </remarks>
internal static class OssNames
{
    /// <summary>OSS's limit, in UTF-8 bytes.</summary>
    private const int MaximumLength = 1023;

    /// <summary>The name of a key that <see cref="StorageKey"/> has checked, or of a prefix.</summary>
    /// <param name="folder">What all names begin with: empty, or ending with a slash.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="ArgumentException">The name is longer than OSS takes: only keys of hundreds of segments that
    /// need a mark get there.</exception>
    public static string Encode(string folder, string key)
    {
        var name = new StringBuilder(folder, folder.Length + key.Length);
        var isFirst = true;
        foreach (var character in key)
        {
            if (isFirst && character is '.' or '[')
                name.Append(character).Append('_');
            else if (isFirst && character == '\\')
                name.Append("[a");
            else
                name.Append(character);
            isFirst = character == '/';
        }

        var encoded = name.ToString();
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
            if (!isFirst || name[at] is not ('.' or '['))
                key.Append(name[at]);
            else if (++at < name.Length)
                key.Append(name[at] == 'a' ? '\\' : name[at - 1]);
        }

        var decoded = key.ToString();
        return decoded.Length > 0 && Encode(folder, decoded) == name ? decoded : null;
    }
}
