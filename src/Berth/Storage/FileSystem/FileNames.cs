using System.Buffers;
using System.Globalization;
using System.Text;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Names on a disk for the segments of keys: reversible, one name for one segment, on file systems that fold case, that
/// reserve names as Windows does, and that end names at 255 bytes. Nothing that it writes leaves the folder.
/// </summary>
/// <remarks>
/// <c>a-z 0-9 _ - . + ~ =</c> stand for themselves; everything else is <c>%xx</c>, its UTF-8 bytes in lowercase
/// hexadecimal. So is a first or last <c>.</c>, the first letter of a Windows device name, and a <c>~</c> before a
/// digit
/// (<c>progra~1</c> is another file's short name there). A long name goes on in the next path component: all its
/// components but the last end with a lone <c>%</c>. Names with <c>%</c> before anything but two digits are never made,
/// and so are free for the store's own files.
/// </remarks>
internal static class FileNames
{
    /// <summary>Ends the name of a directory that is an object in several pieces.</summary>
    public const string CompositeSuffix = "%+";

    /// <summary>Ends a path component whose name goes on in the next.</summary>
    public const char Continued = '%';

    /// <summary>
    /// Where a name is split, in bytes; what is put around it (two escaped dots, a device's letter, the end marks)
    /// keeps
    /// it below 200.
    /// </summary>
    private const int MaximumComponent = 190;

    private const int MaximumOnStack = 512;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly SearchValues<char> Literals =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.+=");

    private static readonly SearchValues<char> LiteralsAndTilde =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.+=~");

    /// <summary>The relative path of a key, with <c>/</c> between its components.</summary>
    public static string EncodeKey(string key)
    {
        var path = new StringBuilder(key.Length + 16);
        foreach (var range in key.AsSpan().Split('/'))
        {
            var segment = key.AsSpan()[range];
            path.Append(path.Length == 0 ? "" : "/");
            if (IsPlain(segment))
            {
                path.Append(segment);
            }
            else
            {
                Encode(segment, path);
            }
        }

        return path.ToString();
    }

    /// <summary>The relative path of one segment: one component, or more for a long segment.</summary>
    public static string EncodeSegment(string segment)
    {
        if (IsPlain(segment))
        {
            return segment;
        }

        var path = new StringBuilder(segment.Length + 16);
        Encode(segment, path);
        return path.ToString();
    }

    /// <summary>
    /// Whether a segment surely is its own name, as most are: the same answer as encoding or decoding it, in a fraction of
    /// the time.
    /// </summary>
    public static bool IsPlain(ReadOnlySpan<char> segment) =>
        segment.Length is > 0 and <= MaximumComponent
        && !segment.ContainsAnyExcept(LiteralsAndTilde)
        && segment[0] != '.'
        && segment[^1] != '.'
        && !HasShortName(segment)
        && !IsDevice(segment);

    /// <summary>
    /// The segment that a relative path encodes, or <see langword="null"/> for a foreign file's path.
    /// </summary>
    public static string? TryDecodeSegment(string path)
    {
        var bytes = path.Length <= MaximumOnStack ? stackalloc byte[MaximumOnStack] : new byte[path.Length];
        var length = 0;
        for (var index = 0; index < path.Length; index++)
        {
            if (path[index] != '%')
            {
                bytes[length++] = char.IsAscii(path[index]) ? (byte)path[index] : (byte)0xff;
            }
            else if (path.AsSpan(index + 1).StartsWith("/"))
            {
                index++;
            }
            else if (byte.TryParse(
                path.AsSpan(index + 1, Math.Min(2, path.Length - index - 1)),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var value))
            {
                bytes[length++] = value;
                index += 2;
            }
            else
            {
                return null;
            }
        }

        try
        {
            // Whatever another spelling of the segment decodes to is not what this store writes or would find again.
            var segment = Utf8.GetString(bytes[..length]);
            return EncodeSegment(segment) == path ? segment : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static void Encode(ReadOnlySpan<char> segment, StringBuilder path)
    {
        var component = new StringBuilder(segment.Length + 16);
        while (!segment.IsEmpty)
        {
            var literals = segment.IndexOfAnyExcept(Literals);
            literals = Math.Min(literals < 0 ? segment.Length : literals, MaximumComponent - component.Length);
            component.Append(segment[..literals]);
            segment = segment[literals..];
            if (Rune.DecodeFromUtf16(segment, out var rune, out var length) != OperationStatus.Done)
            {
                break;
            }

            segment = segment[length..];
            var name = EncodeRune(rune, segment);
            if (component.Length + name.Length > MaximumComponent)
            {
                path.Append(Harden(component.ToString())).Append(Continued).Append('/');
                component.Clear();
            }

            component.Append(name);
        }

        path.Append(Harden(component.ToString()));
    }

    private static string EncodeRune(Rune rune, ReadOnlySpan<char> next)
    {
        var isLiteral = rune.IsAscii
            && (Literals.Contains((char)rune.Value)
                || (rune.Value == '~' && !(next.Length > 0 && char.IsAsciiDigit(next[0]))));
        if (isLiteral)
        {
            return rune.ToString();
        }

        Span<byte> bytes = stackalloc byte[4];
        var name = new StringBuilder(12);
        foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
        {
            name.Append(Escape(value));
        }

        return name.ToString();
    }

    private static string Harden(string name)
    {
        if (IsDevice(name) || name.StartsWith('.'))
        {
            name = Escape((byte)name[0]) + name[1..];
        }

        return name.EndsWith('.') ? name[..^1] + Escape((byte)'.') : name;
    }

    /// <summary>Whether a <c>~</c> stands before a digit.</summary>
    private static bool HasShortName(ReadOnlySpan<char> name)
    {
        for (var index = 1; index < name.Length; index++)
        {
            if (name[index - 1] == '~' && char.IsAsciiDigit(name[index]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDevice(ReadOnlySpan<char> name)
    {
        var stem = name[..(name.IndexOf('.') is >= 0 and var dot ? dot : name.Length)];
        return stem is "con" or "prn" or "aux" or "nul"
            || (stem.Length == 4 && char.IsAsciiDigit(stem[3]) && stem[..3] is "com" or "lpt");
    }

    private static string Escape(byte value) => $"%{value:x2}";
}
