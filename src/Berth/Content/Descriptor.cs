using System.Text.Json.Serialization;

namespace Berth.Content;

/// <summary>The image-spec's content descriptor, as far as a registry reads and lists it.</summary>
internal sealed record Descriptor(string MediaType, string Digest, long Size)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ArtifactType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
