using System.Security.Cryptography;

namespace Berth.Content;

/// <summary>
/// The one part of SHA-2 worth two implementations: the compression of whole blocks. Padding, the tail and the exported
/// state are <see cref="ResumableHash"/>'s, so states fit either engine. Engines hold no state and serve all threads.
/// </summary>
internal abstract class ResumableHashEngine
{
    private static readonly Lazy<ResumableHashEngine> Chosen =
        new(() => Choose(ResumableHashLibcryptoEngine.TryLoad()));

    /// <summary>The engine of this process, chosen when first asked for.</summary>
    public static ResumableHashEngine Preferred => Chosen.Value;

    /// <summary>The candidate if it computes what .NET computes, otherwise plain C#.</summary>
    public static ResumableHashEngine Choose(ResumableHashEngine? candidate) =>
        candidate is not null && candidate.PassesSelfTest() ? candidate : new ResumableHashManagedEngine();

    /// <summary>Advances the chaining value over one or more whole blocks of 64 or 128 bytes.</summary>
    /// <param name="algorithm">Whose words and blocks they are.</param>
    /// <param name="words">The eight words; those of SHA-256 in the lower halves.</param>
    /// <param name="blocks">Whole blocks, at any alignment.</param>
    public abstract void Compress(DigestAlgorithm algorithm, Span<ulong> words, ReadOnlySpan<byte> blocks);

    // Splits before, in, at the end of and after a block of either algorithm; the state goes through its exported form.
    private bool PassesSelfTest()
    {
        var content = new byte[1000];
        for (var i = 0; i < content.Length; i++)
            content[i] = (byte)(i * 31);

        try
        {
            foreach (var split in (ReadOnlySpan<int>)[0, 1, 64, 100, 128, 200, 640, 999])
            {
                if (!HashInTwo(DigestAlgorithm.Sha256, content, split).SequenceEqual(SHA256.HashData(content)) ||
                    !HashInTwo(DigestAlgorithm.Sha512, content, split).SequenceEqual(SHA512.HashData(content)))
                {
                    return false;
                }
            }
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private byte[] HashInTwo(DigestAlgorithm algorithm, ReadOnlySpan<byte> content, int split)
    {
        var first = ResumableHash.Create(algorithm, this);
        first.Append(content[..split]);
        var second = ResumableHash.Restore(algorithm, first.ExportState(), this);
        second.Append(content[split..]);
        return second.CurrentHash();
    }
}
