using System.Security.Cryptography;
using System.Text;

namespace Berth.Storage.Oss;

/// <summary>
/// What generations hold. Each begins with digits that no other write has, so that a writer knows its own again and a root's
/// ETag is unique; the size alone tells what it is.
/// </summary>
internal static class RecordContent
{
    private const int NonceDigits = 16;
    private const int HeaderSize = NonceDigits + 1;

    /// <summary>A value.</summary>
    public static byte[] Value(ReadOnlyMemory<byte> value)
    {
        RecordValue.Require(value);
        var content = new byte[HeaderSize + value.Length];
        Nonce(NonceDigits).CopyTo(content, 0);
        content[NonceDigits] = (byte)'\n';
        value.Span.CopyTo(content.AsSpan(HeaderSize));
        return content;
    }

    /// <summary>That the record is deleted.</summary>
    public static byte[] Deletion() => Nonce(NonceDigits);

    /// <summary>That the root of a deleted record is being deleted, and no generation may follow.</summary>
    public static byte[] Closing() => Nonce(NonceDigits / 2);

    public static bool IsValue(long size) => size >= HeaderSize;

    public static bool IsClosing(long size) => size < NonceDigits;

    /// <summary>The value in a content.</summary>
    /// <exception cref="StorageException">It is none.</exception>
    public static ReadOnlyMemory<byte> ValueOf(byte[] content) =>
        content.Length >= HeaderSize && content[NonceDigits] == '\n'
            ? content.AsMemory(HeaderSize) : throw new StorageException("An object below records/ is not a record.");

    private static byte[] Nonce(int digits) => Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(digits, lowercase: true));
}
