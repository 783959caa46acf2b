namespace Berth.EndToEnd.Tests.Content;

/// <summary>What an image is, however its layers are compressed.</summary>
/// <param name="Config">The config.</param>
/// <param name="Layers">The tar of each layer.</param>
public sealed record UnpackedImage(byte[] Config, IReadOnlyList<byte[]> Layers);
