using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Berth.Content;

/// <summary>A digest of the image-spec: <c>sha256:</c> and 64, or <c>sha512:</c> and 128 lower-case hex digits.</summary>
internal readonly record struct Digest
{
    /// <summary>What a message says of the grammar.</summary>
    public const string Grammar = "sha256: followed by 64, or sha512: followed by 128 lower-case hex digits";

    private const string Sha256Prefix = "sha256:";
    private const string Sha512Prefix = "sha512:";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly string? _text;

    private Digest(DigestAlgorithm algorithm, string text) => (Algorithm, _text) = (algorithm, text);

    public DigestAlgorithm Algorithm { get; }

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null)
        {
            return false;
        }
        var algorithm = DigestAlgorithm.Sha256;
        if (text.StartsWith(Sha512Prefix, StringComparison.Ordinal))
        {
            algorithm = DigestAlgorithm.Sha512;
        }
        else if (!text.StartsWith(Sha256Prefix, StringComparison.Ordinal))
        {
            return false;
        }
        var hex = text.AsSpan(Sha256Prefix.Length);
        if (hex.Length != (algorithm == DigestAlgorithm.Sha256 ? 64 : 128) || hex.ContainsAnyExcept(HexDigits))
        {
            return false;
        }
        digest = new Digest(algorithm, text);
        return true;
    }

    /// <summary>The digest of bytes at hand.</summary>
    public static Digest Of(DigestAlgorithm algorithm, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        var length = algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(content, hash) : SHA512.HashData(content, hash);
        return FromHash(algorithm, hash[..length]);
    }

    /// <summary>The digest whose hash was computed elsewhere: 32 or 64 bytes.</summary>
    public static Digest FromHash(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash) =>
        new(algorithm, string.Create(Sha256Prefix.Length + (2 * hash.Length), new Source(algorithm, hash), static (text, source) =>
        {
            (source.Algorithm == DigestAlgorithm.Sha256 ? Sha256Prefix : Sha512Prefix).CopyTo(text);
            Convert.TryToHexStringLower(source.Hash, text[Sha256Prefix.Length..], out _);
        }));

    public override string ToString() => _text ?? "";

    private readonly ref struct Source(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash)
    {
        public DigestAlgorithm Algorithm { get; } = algorithm;

        public ReadOnlySpan<byte> Hash { get; } = hash;
    }
}
