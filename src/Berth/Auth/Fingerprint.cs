using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Berth.Auth;

/// <summary>What stands for some texts where they may not be kept themselves: an HMAC of all of them, in order.</summary>
/// <remarks>Of one size whatever the texts, and without the key nothing can be learnt from it.</remarks>
internal readonly record struct Fingerprint(UInt128 First, UInt128 Second)
{
    /// <summary>A key that no other process has.</summary>
    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    public static Fingerprint Of(byte[] key, params ReadOnlySpan<string> texts)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in texts)
        {
            // With its length before it, no text can pass for two.
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            hmac.AppendData(length);
            hmac.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.GetHashAndReset(hash);
        return new(BinaryPrimitives.ReadUInt128LittleEndian(hash), BinaryPrimitives.ReadUInt128LittleEndian(hash[16..]));
    }
}
