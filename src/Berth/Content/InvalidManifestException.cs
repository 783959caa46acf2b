namespace Berth.Content;

/// <summary>Ends the reading of a manifest; never leaves <see cref="Manifest.TryParse"/>.</summary>
internal sealed class InvalidManifestException(string message) : Exception(message);
