using System.Globalization;
using System.Text;

namespace Berth.Identity;

/// <summary>Filters of RFC 4515.</summary>
internal static class LdapFilter
{
    /// <summary>The filter for who has a name.</summary>
    /// <param name="filter">A further filter that must match too, or nothing.</param>
    /// <param name="attribute">The attribute that holds the name.</param>
    /// <param name="name">Anything.</param>
    public static string Of(string? filter, string attribute, string name)
    {
        var match = $"({attribute}={Escape(name)})";
        return string.IsNullOrEmpty(filter) ? match : $"(&{filter}{match})";
    }

    /// <summary>
    /// A value that stands for itself whatever it holds: all but letters, digits and a few harmless signs as <c>\xx</c>, octet by
    /// octet of UTF-8.
    /// </summary>
    public static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(value))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || "-_.@ ".Contains((char)octet))
            {
                escaped.Append((char)octet);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}");
            }
        }
        return escaped.ToString();
    }

    /// <summary>Whether a text is one pair of brackets with whatever inside: the rest the directory judges.</summary>
    public static bool IsBalanced(string filter)
    {
        var depth = 0;
        for (var i = 0; i < filter.Length; i++)
        {
            depth += filter[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth <= 0 && i < filter.Length - 1)
            {
                return false;
            }
        }
        return depth == 0 && filter.Length > 2;
    }
}
