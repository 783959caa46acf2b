using Berth.Content;

namespace Berth.Stores;

/// <summary>An upload between its requests: all that any instance needs to go on with it.</summary>
internal sealed record UploadSession
{
    /// <summary>The repository it was begun in; nobody goes on with it in another.</summary>
    public required string Repository { get; init; }

    /// <summary>The principal that began it; nobody else goes on with it. <see langword="null"/> for nobody in particular.</summary>
    public string? Owner { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>When it was last saved.</summary>
    public DateTimeOffset Saved { get; init; }

    /// <summary>When it was ended: the record stays for a while, so that a repeated request and the collector can tell.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Of an ended one: as which blob it is published; <see langword="null"/> where it was dropped.</summary>
    public string? Digest { get; init; }

    /// <summary>The algorithm whose hash is carried along.</summary>
    public DigestAlgorithm Algorithm { get; init; }

    /// <summary>How many bytes are durable: parts and tail together.</summary>
    public long Offset { get; init; }

    /// <summary>The state of the hash over those bytes; <see langword="null"/> before the first.</summary>
    public byte[]? HashState { get; init; }

    /// <summary>The object being made of parts, once there are any.</summary>
    public string? Object { get; init; }

    /// <summary>The store's id of that upload in parts.</summary>
    public string? StoreUpload { get; init; }

    /// <summary>How many of the durable bytes are in parts; the rest is the tail.</summary>
    public long PartsLength { get; init; }

    /// <summary>A receipt for each part.</summary>
    public IReadOnlyList<string> Receipts { get; init; } = [];

    /// <summary>Bytes after the last part that are too few for one, when they are few enough to be kept here.</summary>
    public byte[]? Tail { get; init; }

    /// <summary>The object that holds those bytes, when they are more.</summary>
    public string? TailObject { get; init; }
}
