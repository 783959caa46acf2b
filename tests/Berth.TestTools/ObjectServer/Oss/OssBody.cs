using System.Globalization;
using System.Security.Cryptography;

namespace Berth.TestTools.ObjectServer;

/// <summary>The body of a request whose length and digest were found right.</summary>
internal sealed record OssBody(ReadOnlyMemory<byte> Content, bool HasMd5)
{
    private const long MaximumSize = 5L * 1024 * 1024 * 1024;

    /// <summary>What OSS answers to a write: the CRC-64 of its bytes, as a decimal number.</summary>
    public string Crc64 => Crc.Crc64Xz.Compute([Content]).ToString(CultureInfo.InvariantCulture);

    public static async Task<OssBody> ReadAsync(ServerRequest request)
    {
        if (request.Context.Request.ContentLength > MaximumSize)
        {
            throw new ServiceException(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.");
        }

        if (request.Method is "PUT" or "POST" && request.Context.Request.ContentLength is null
            && request.Header("Transfer-Encoding") is null)
        {
            throw new ServiceException(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        }

        var content = await request.ReadBodyAsync();
        if (request.Header("Content-MD5") is not { } given)
        {
            return new(content, false);
        }

        var bytes = new byte[16];
#pragma warning disable CA5351 // The service has it.
        return Convert.TryFromBase64String(given, bytes, out var length) && length == 16
            && MD5.HashData(content).AsSpan().SequenceEqual(bytes)
            ? new(content, true)
            : throw new ServiceException(
                400, "InvalidDigest", "The Content-MD5 you specified was invalid.", ("ContentMD5", given));
#pragma warning restore CA5351
    }
}
