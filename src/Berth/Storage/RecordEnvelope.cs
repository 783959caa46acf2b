using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Storage;

/// <summary>
/// What an object holds that is a record: 16 random hex digits, so that no two writes have the same bytes; 16 hex digits of a
/// hash of these and the value, so that damage is found; a line feed; the value.
/// </summary>
public static class RecordEnvelope
{
    /// <summary>How many random digits come first.</summary>
    public const int NonceDigits = 16;

    private const int CheckDigits = 16;
    private const int HeaderSize = NonceDigits + CheckDigits + 1;

    /// <summary>Random hex digits.</summary>
    public static byte[] Nonce(int digits) =>
        Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(digits, lowercase: true));

    /// <summary>The content of an object for a value.</summary>
    /// <exception cref="ArgumentException">The value is too large.</exception>
    public static byte[] Wrap(ReadOnlyMemory<byte> value)
    {
        RecordValue.Require(value);
        var content = new byte[HeaderSize + value.Length];
        Nonce(NonceDigits).CopyTo(content, 0);
        content[HeaderSize - 1] = (byte)'\n';
        value.Span.CopyTo(content.AsSpan(HeaderSize));
        WriteCheck(content, content.AsSpan(NonceDigits, CheckDigits));
        return content;
    }

    /// <summary>The value in a content.</summary>
    /// <exception cref="StorageException">The content is damaged, or was never a record.</exception>
    public static ReadOnlyMemory<byte> Unwrap(ReadOnlyMemory<byte> content)
    {
        var span = content.Span;
        if (span.Length > NonceDigits && span[NonceDigits] == '\n')
        {
            return content[(NonceDigits + 1)..]; // written before there was a hash
        }
        Span<byte> check = stackalloc byte[CheckDigits];
        if (span.Length < HeaderSize || span[HeaderSize - 1] != '\n')
        {
            throw new StorageException("An object below records/ is not a record.") { IsDamage = true };
        }
        WriteCheck(span, check);
        return check.SequenceEqual(span.Slice(NonceDigits, CheckDigits))
            ? content[HeaderSize..]
            : throw new StorageException("A record is damaged: its bytes are not those that were written.") { IsDamage = true };
    }

    private static void WriteCheck(ReadOnlySpan<byte> content, Span<byte> check)
    {
        // Copied together: a hash in steps costs each reading of a record a handle with a finalizer.
        var size = content.Length - CheckDigits - 1;
        var hashed = ArrayPool<byte>.Shared.Rent(size);
        content[..NonceDigits].CopyTo(hashed);
        content[HeaderSize..].CopyTo(hashed.AsSpan(NonceDigits));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hashed.AsSpan(0, size), digest);
        ArrayPool<byte>.Shared.Return(hashed);
        Convert.TryToHexStringLower(digest[..(CheckDigits / 2)], check, out _);
    }
}
