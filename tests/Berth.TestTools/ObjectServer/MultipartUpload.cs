namespace Berth.TestTools.ObjectServer;

/// <summary>An upload in parts that was begun.</summary>
/// <param name="Id">The service's name of it.</param>
/// <param name="Key">The key that it is to make.</param>
/// <param name="Initiated">When it was begun.</param>
/// <param name="Headers">What the object is to be answered with.</param>
internal sealed record MultipartUpload(
    string Id, string Key, DateTimeOffset Initiated, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>The parts by number; the last one of a number counts.</summary>
    public SortedList<int, StoredPart> Parts { get; } = [];

    public string StorageClass { get; init; } = "STANDARD";

    /// <summary>The checksum that every part must have, or <see langword="null"/>.</summary>
    public ChecksumAlgorithm? Checksum { get; init; }

    /// <summary>Whether the checksum is to be one of all bytes and not one of the parts' checksums.</summary>
    public bool IsChecksumOfAll { get; init; }

    /// <summary>What it was completed with: numbers and ETags; <see langword="null"/> before that.</summary>
    public IReadOnlyList<(int Number, string ETag)>? Completed { get; set; }

    /// <summary>The object that it made.</summary>
    public StoredObject? Result { get; set; }
}

/// <summary>A part of an upload.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="LastModified">When it was sent.</param>
/// <param name="Checksum">The checksum that came with it, or <see langword="null"/>.</param>
internal sealed record StoredPart(ReadOnlyMemory<byte> Content, string ETag, DateTimeOffset LastModified, Checksum? Checksum);
