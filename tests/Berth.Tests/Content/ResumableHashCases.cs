using System.Security.Cryptography;
using Berth.Content;

namespace Berth.Tests.Content;

/// <summary>What the tests of <see cref="ResumableHash"/> share: engines by name, content and states.</summary>
internal static class ResumableHashCases
{
    public const string Libcrypto = "libcrypto";
    public const string Managed = "managed";

    public static TheoryData<string, string> All => new()
    {
        { Libcrypto, nameof(DigestAlgorithm.Sha256) },
        { Libcrypto, nameof(DigestAlgorithm.Sha512) },
        { Managed, nameof(DigestAlgorithm.Sha256) },
        { Managed, nameof(DigestAlgorithm.Sha512) },
    };

    public static DigestAlgorithm AlgorithmOf(string name) => Enum.Parse<DigestAlgorithm>(name);

    public static ResumableHashEngine EngineOf(string name)
    {
        if (name == Managed)
            return new ResumableHashManagedEngine();
        var engine = LibcryptoOrNull();
        Skip.If(engine is null, "libcrypto does not load on this machine: only the managed engine is tested.");
        return engine!;
    }

    public static ResumableHashLibcryptoEngine? LibcryptoOrNull() => ResumableHashLibcryptoEngine.TryLoad();

    public static byte[] RandomBytes(int length)
    {
        var content = new byte[length];
        new Random(1).NextBytes(content);
        return content;
    }

    public static byte[] Expected(string algorithm, byte[] content) =>
        AlgorithmOf(algorithm) == DigestAlgorithm.Sha256 ? SHA256.HashData(content) : SHA512.HashData(content);

    public static byte[] StateOf(DigestAlgorithm algorithm, int length)
    {
        var hash = ResumableHash.Create(algorithm, new ResumableHashManagedEngine());
        hash.Append(RandomBytes(length));
        return hash.ExportState();
    }

    // Multiples of a pattern for words, 0, 1, 2 for a tail: no message leads there, but the arithmetic cannot tell.
    public static byte[] CraftedState(DigestAlgorithm algorithm, long length)
    {
        var is256 = algorithm == DigestAlgorithm.Sha256;
        var words = Enumerable.Range(1, 8).SelectMany(i => is256
            ? Convert.FromHexString($"{unchecked(0x01234567u * (uint)i):x8}")
            : Convert.FromHexString($"{unchecked(0x0123456789abcdeful * (ulong)i):x16}"));
        var tail = Enumerable.Range(0, (int)(length % (is256 ? 64 : 128))).Select(i => (byte)i);
        return State(algorithm, [.. words], length, [.. tail]);
    }

    public static byte[] State(DigestAlgorithm algorithm, byte[] words, long length, byte[] tail) =>
        [1, algorithm == DigestAlgorithm.Sha256 ? (byte)32 : (byte)64, .. words,
         .. Convert.FromHexString($"{length:x16}"), .. tail];
}
