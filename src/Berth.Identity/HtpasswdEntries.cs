using System.Text;

namespace Berth.Identity;

/// <summary>What an htpasswd file says: a line <c>NAME:HASH</c> for each user; empty ones and those that begin with # say nothing.</summary>
public sealed class HtpasswdEntries
{
    private const int LongestName = 255; // more never comes through the gate

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private HtpasswdEntries(IReadOnlyDictionary<string, string> hashes)
    {
        Hashes = hashes;
        HighestCost = hashes.Values.Select(hash => BcryptHash.CostOf(hash)!.Value)
            .DefaultIfEmpty(BcryptHash.DefaultCost).Max();
        Decoy = BcryptHash.Decoy(HighestCost);
    }

    /// <summary>The users with the hashes of their passwords.</summary>
    internal IReadOnlyDictionary<string, string> Hashes { get; }

    /// <summary>The highest cost of them all.</summary>
    internal int HighestCost { get; }

    /// <summary>A hash of that cost that no password fits, for names that nobody has.</summary>
    internal string Decoy { get; }

    /// <summary>Reads the content of a file, in UTF-8.</summary>
    /// <exception cref="HtpasswdException">A line is none of these. Nothing of it is repeated.</exception>
    public static HtpasswdEntries Parse(ReadOnlySpan<byte> content)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in Decode(content).Split('\n').Select(line => line.TrimEnd()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !IsName(line[..colon]))
            {
                throw new HtpasswdException($"line {number}: write NAME:HASH");
            }
            var (name, hash) = (line[..colon], line[(colon + 1)..]);
            if (BcryptHash.CostOf(hash) is null)
            {
                throw new HtpasswdException(
                    $"line {number}: the password is not hashed with bcrypt ($2y$, $2b$ or $2a$, of a cost from "
                    + $"{BcryptHash.LowestCost} to {BcryptHash.HighestCost}); write it with `berth htpasswd` or `htpasswd -B`");
            }
            if (!hashes.TryAdd(name, hash))
            {
                throw new HtpasswdException($"line {number}: the user of line {lines[name]} again");
            }
            lines.Add(name, number);
        }
        return new(hashes);
    }

    /// <summary>Whether a text can be the name of a user.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= LongestName && text[0] != '#' && text.Trim().Length == text.Length
            && !text.Any(letter => letter == ':' || char.IsControl(letter));
    }

    private static string Decode(ReadOnlySpan<byte> content)
    {
        var mark = Encoding.UTF8.Preamble;
        try
        {
            return Utf8.GetString(content.StartsWith(mark) ? content[mark.Length..] : content);
        }
        catch (DecoderFallbackException)
        {
            throw new HtpasswdException($"line {content[..FirstWrong(content)].Count((byte)'\n') + 1}: not UTF-8");
        }
    }

    private static int FirstWrong(ReadOnlySpan<byte> content)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(content[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }
        return at;
    }
}
