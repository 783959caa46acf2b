namespace Berth.Content;

/// <summary>The digest algorithms of the image-spec that a registry must know.</summary>
internal enum DigestAlgorithm
{
    Sha256,
    Sha512,
}
