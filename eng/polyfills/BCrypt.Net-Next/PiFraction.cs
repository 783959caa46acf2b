using System.Numerics;

namespace BCrypt.Net;

/// <summary>The binary digits of pi after the point: what Blowfish's subkeys and boxes are before there is a key.</summary>
internal static class PiFraction
{
    private const int GuardBits = 64; // each of some thousand divisions below loses less than one unit

    public static uint[] Words(int count)
    {
        var bits = (count * 32) + GuardBits;
        // Machin: pi = 16 arctan(1/5) - 4 arctan(1/239)
        var pi = (16 * InverseTangent(5, bits)) - (4 * InverseTangent(239, bits));
        var fraction = (pi - (new BigInteger(3) << bits)) >> GuardBits;
        var words = new uint[count];
        for (var i = count - 1; i >= 0; i--, fraction >>= 32)
            words[i] = (uint)(fraction & uint.MaxValue);
        return words;
    }

    /// <summary>arctan(1/x) as a fixed-point number: 1/x - 1/(3 x^3) + 1/(5 x^5) - …</summary>
    private static BigInteger InverseTangent(int x, int bits)
    {
        var power = (BigInteger.One << bits) / x;
        var sum = power;
        for (var n = 3; !power.IsZero; n += 2)
        {
            power /= x * x;
            var term = power / n;
            sum += n % 4 == 3 ? -term : term;
        }
        return sum;
    }
}
