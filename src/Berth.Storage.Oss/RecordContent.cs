namespace Berth.Storage.Oss;

/// <summary>
/// What generations hold. Each begins with digits that no other write has, so that a writer knows its own again and a root's
/// ETag is unique; the size alone tells what it is.
/// </summary>
internal static class RecordContent
{
    /// <summary>A value.</summary>
    public static byte[] Value(ReadOnlyMemory<byte> value) => RecordEnvelope.Wrap(value);

    /// <summary>That the record is deleted.</summary>
    public static byte[] Deletion() => RecordEnvelope.Nonce(RecordEnvelope.NonceDigits);

    /// <summary>That the root of a deleted record is being deleted, and no generation may follow.</summary>
    public static byte[] Closing() => RecordEnvelope.Nonce(RecordEnvelope.NonceDigits / 2);

    public static bool IsValue(long size) => size > RecordEnvelope.NonceDigits;

    public static bool IsClosing(long size) => size < RecordEnvelope.NonceDigits;

    /// <summary>The value in a content.</summary>
    /// <exception cref="StorageException">It is none, or damaged.</exception>
    public static ReadOnlyMemory<byte> ValueOf(byte[] content) => RecordEnvelope.Unwrap(content);
}
