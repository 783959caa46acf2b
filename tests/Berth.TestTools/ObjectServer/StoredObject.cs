namespace Berth.TestTools.ObjectServer;

/// <summary>A complete object.</summary>
/// <param name="Segments">Its bytes: one piece, or the parts of an upload.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="LastModified">In whole seconds.</param>
/// <param name="Headers">What it is answered with beside its bytes: Content-Type, metadata, encryption.</param>
internal sealed record StoredObject(
    IReadOnlyList<ReadOnlyMemory<byte>> Segments,
    string ETag,
    DateTimeOffset LastModified,
    IReadOnlyList<(string Name, string Value)> Headers)
{
    public long Size { get; } = Segments.Sum(segment => (long)segment.Length);

    /// <summary>
    /// Its checksum as headers, computed when they are first asked for: a service has it from the checksums of parts, and completes
    /// an upload of any size in the same time.
    /// </summary>
    public Lazy<IReadOnlyList<(string Name, string Value)>> Checksum { get; init; } = new([]);

    public string StorageClass { get; init; } = "STANDARD";

    /// <summary>The bytes of a range.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Slice(long offset, long length)
    {
        var slices = new List<ReadOnlyMemory<byte>>();
        foreach (var segment in Segments)
        {
            if (offset < segment.Length && length > 0)
            {
                var slice = segment.Slice((int)offset, (int)Math.Min(length, segment.Length - offset));
                slices.Add(slice);
                (offset, length) = (0, length - slice.Length);
            }
            else
            {
                offset -= segment.Length;
            }
        }

        return slices;
    }
}
