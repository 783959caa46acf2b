using System.Globalization;
using System.Security.Cryptography;

namespace Berth.TestTools.ObjectServer;

/// <summary>The body of a request whose length, hashes and checksums were found right.</summary>
/// <param name="Content">The bytes that are meant.</param>
/// <param name="Checksum">The checksum that came with them, or <see langword="null"/>.</param>
/// <param name="HasMd5">Whether Content-MD5 came with them.</param>
internal sealed record S3Body(ReadOnlyMemory<byte> Content, Checksum? Checksum, bool HasMd5)
{
    private const long MaximumSize = 5L * 1024 * 1024 * 1024;

    /// <summary>Reads it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="options">What the server is like.</param>
    public static async Task<S3Body> ReadAsync(ServerRequest request, VerifiedSignature signature, S3ServerOptions options)
    {
        var isChunked = AwsChunkedBody.IsKnown(signature.Payload);
        if (isChunked && !options.UnderstandsChunks)
        {
            throw new ServiceException(
                501, "NotImplemented", "Transferring payloads in multiple chunks using aws-chunked is not supported.");
        }

        if (request.Context.Request.ContentLength > MaximumSize)
        {
            throw new ServiceException(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        }

        if (request.Context.Request.ContentLength is null && !isChunked
            && request.Header("Transfer-Encoding") is not null)
        {
            throw S3Xml.NotImplemented("Transfer-Encoding");
        }

        var body = await request.ReadBodyAsync();
        var trailers = (IReadOnlyDictionary<string, string>)new Dictionary<string, string>();
        ReadOnlyMemory<byte> content = body;
        var announced = request.Header("x-amz-trailer")?.ToLowerInvariant()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (isChunked)
        {
            if (!long.TryParse(
                request.Header("x-amz-decoded-content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                throw new ServiceException(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
            }

            (content, trailers) = AwsChunkedBody.Decode(body, signature, length, announced);
        }
        else if (announced.Length > 0)
        {
            throw new ServiceException(400, "InvalidRequest", "x-amz-trailer needs a body in chunks.");
        }
        else
        {
            VerifyHash(signature.Payload, body);
        }

        return new(content, FindChecksum(request, trailers, content, options), VerifyMd5(request, content));
    }

    private static void VerifyHash(string payload, byte[] body)
    {
        if (payload == S3Authentication.Unsigned)
        {
            return;
        }

        if (payload.Length != 64 || !payload.All(char.IsAsciiHexDigitLower))
        {
            throw new ServiceException(
                400, "InvalidArgument",
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.",
                ("ArgumentName", "x-amz-content-sha256"), ("ArgumentValue", payload));
        }

        var hash = SignatureV4.Hash(body);
        if (hash != payload)
        {
            throw new ServiceException(
                400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ("ClientComputedContentSHA256", payload), ("S3ComputedContentSHA256", hash));
        }
    }

    private static bool VerifyMd5(ServerRequest request, ReadOnlyMemory<byte> content)
    {
        if (request.Header("Content-MD5") is not { } given)
        {
            return false;
        }

        var bytes = new byte[16];
        if (!Convert.TryFromBase64String(given, bytes, out var length) || length != 16)
        {
            throw new ServiceException(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", ("Content-MD5", given));
        }

#pragma warning disable CA5351 // The service has it.
        return MD5.HashData(content.Span).AsSpan().SequenceEqual(bytes)
            ? true
            : throw new ServiceException(
                400, "BadDigest", "The Content-MD5 you specified did not match what we received.", ("ExpectedDigest", given));
#pragma warning restore CA5351
    }

    private static Checksum? FindChecksum(
        ServerRequest request, IReadOnlyDictionary<string, string> trailers, ReadOnlyMemory<byte> content, S3ServerOptions options)
    {
        var given = new List<Checksum>();
        foreach (var algorithm in ChecksumAlgorithm.All)
        {
            if ((request.Header(algorithm.Header) ?? trailers.GetValueOrDefault(algorithm.Header)) is { } value)
            {
                given.Add(new(algorithm, value));
            }
        }

        var wanted = request.Header("x-amz-sdk-checksum-algorithm");
        if ((given.Count > 0 || wanted is not null) && !options.UnderstandsChecksums)
        {
            throw S3Xml.NotImplemented("x-amz-checksum");
        }

        if (given.Count > 1)
        {
            throw new ServiceException(
                400, "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        }

        var checksum = given.SingleOrDefault();
        if (wanted is not null && !string.Equals(checksum?.Algorithm.Name, wanted, StringComparison.OrdinalIgnoreCase))
        {
            throw new ServiceException(
                400, "InvalidRequest",
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.");
        }

        if (checksum is null)
        {
            return null;
        }

        var bytes = new byte[64];
        if (!Convert.TryFromBase64String(checksum.Value, bytes, out var length) || length != checksum.Algorithm.Size)
        {
            throw new ServiceException(400, "InvalidRequest", $"Value for {checksum.Algorithm.Header} header is invalid.");
        }

        return checksum.Algorithm.Compute([content]) == checksum.Value
            ? checksum
            : throw new ServiceException(
                400, "BadDigest", $"The {checksum.Algorithm.Name} you specified did not match the calculated checksum.");
    }
}
