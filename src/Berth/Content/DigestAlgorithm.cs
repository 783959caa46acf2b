using System.Security.Cryptography;

namespace Berth.Content;

/// <summary>The digest algorithms of the image-spec that a registry must know.</summary>
internal enum DigestAlgorithm
{
    Sha256,
    Sha512,
}

/// <summary>What .NET calls them.</summary>
internal static class DigestAlgorithms
{
    public static HashAlgorithmName Name(this DigestAlgorithm algorithm) =>
        algorithm == DigestAlgorithm.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512;
}
