namespace BCrypt.Net;

/// <summary>Schneier's Blowfish with the key schedule of bcrypt, which mixes a salt in.</summary>
internal sealed class Blowfish
{
    private const int Rounds = 16;
    private const int Subkeys = Rounds + 2;
    private const int Box = 256;

    private static readonly Lazy<uint[]> Pi = new(() => PiFraction.Words(Subkeys + (4 * Box)));

    private readonly uint[] _subkeys = Pi.Value[..Subkeys];
    private readonly uint[] _boxes = Pi.Value[Subkeys..];

    /// <param name="key">At least one byte; repeated as often as needed.</param>
    /// <param name="salt">16 bytes.</param>
    public void ExpandKey(byte[] key, byte[] salt)
    {
        var at = 0;
        for (var i = 0; i < _subkeys.Length; i++)
            _subkeys[i] ^= NextWord(key, ref at);
        at = 0;
        var (left, right) = (0u, 0u);
        foreach (var words in (uint[][])[_subkeys, _boxes])
        {
            for (var i = 0; i < words.Length; i += 2)
            {
                left ^= NextWord(salt, ref at);
                right ^= NextWord(salt, ref at);
                Encrypt(ref left, ref right);
                (words[i], words[i + 1]) = (left, right);
            }
        }
    }

    public void Encrypt(ref uint left, ref uint right)
    {
        ReadOnlySpan<uint> keys = _subkeys;
        ReadOnlySpan<uint> boxes = _boxes;
        var (l, r) = (left, right);
        for (var round = 0; round < Rounds; round += 2)
        {
            l ^= keys[round];
            r ^= Mix(boxes, l) ^ keys[round + 1];
            l ^= Mix(boxes, r);
        }
        (left, right) = (r ^ keys[Rounds + 1], l ^ keys[Rounds]);
    }

    private static uint Mix(ReadOnlySpan<uint> boxes, uint word) =>
        ((boxes[(int)(word >> 24)] + boxes[Box + (int)((word >> 16) & 255)]) ^ boxes[(2 * Box) + (int)((word >> 8) & 255)])
            + boxes[(3 * Box) + (int)(word & 255)];

    private static uint NextWord(byte[] bytes, ref int at)
    {
        var word = 0u;
        for (var i = 0; i < 4; i++)
        {
            word = (word << 8) | bytes[at];
            at = at + 1 == bytes.Length ? 0 : at + 1;
        }
        return word;
    }
}
