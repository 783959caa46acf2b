using System.Globalization;
using System.Text;

namespace Berth.TestTools.ObjectServer;

/// <summary>
/// A body in chunks of its own within that of HTTP, signed or not, with headers behind it or not:
/// docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html.
/// </summary>
internal sealed class AwsChunkedBody
{
    public const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    public const string SignedWithTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    public const string UnsignedWithTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private const string SignatureTrailer = "x-amz-trailer-signature";
    private const int MinimumChunk = 8192;

    private readonly byte[] _body;
    private readonly VerifiedSignature _signature;
    private readonly bool _isSigned;
    private string _previous;
    private int _position;

    private AwsChunkedBody(byte[] body, VerifiedSignature signature)
    {
        (_body, _signature, _previous) = (body, signature, signature.Signature);
        _isSigned = signature.Payload != UnsignedWithTrailer;
    }

    public static bool IsKnown(string payload) => payload is Signed or SignedWithTrailer or UnsignedWithTrailer;

    /// <summary>Decodes a body and verifies its signatures.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="signature">That of the request.</param>
    /// <param name="length">How many bytes are to come out.</param>
    /// <param name="announced">The names of the headers behind it, as x-amz-trailer has them.</param>
    public static (ReadOnlyMemory<byte> Content, IReadOnlyDictionary<string, string> Trailers) Decode(
        byte[] body, VerifiedSignature signature, long length, IReadOnlyCollection<string> announced) =>
        new AwsChunkedBody(body, signature).Decode(length, announced);

    private static ServiceException Malformed(string message) =>
        new(400, "IncompleteBody", $"The request body terminated unexpectedly: {message}");

    private static ServiceException MalformedTrailer(string message) =>
        new(400, "MalformedTrailerError", $"The request contained trailing data that was not well-formed or did not conform to our "
            + $"published schema: {message}");

    private (ReadOnlyMemory<byte> Content, IReadOnlyDictionary<string, string> Trailers) Decode(
        long length, IReadOnlyCollection<string> announced)
    {
        var content = GC.AllocateUninitializedArray<byte>(checked((int)length));
        var written = 0;
        var last = MinimumChunk;
        while (ReadChunk() is { Length: > 0 } chunk)
        {
            if (last < MinimumChunk)
            {
                throw new ServiceException(
                    403, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes");
            }

            if (chunk.Length > content.Length - written)
            {
                throw Malformed("more bytes than x-amz-decoded-content-length says.");
            }

            chunk.CopyTo(content.AsMemory(written));
            written += chunk.Length;
            last = chunk.Length;
        }

        if (written != length)
        {
            throw Malformed("fewer bytes than x-amz-decoded-content-length says.");
        }

        var trailers = ReadTrailers(announced);
        return _position == _body.Length ? (content, trailers) : throw Malformed("there is more behind its end.");
    }

    private ReadOnlyMemory<byte> ReadChunk()
    {
        var line = ReadLine() ?? throw Malformed("no chunk.");
        var extension = line.IndexOf(';', StringComparison.Ordinal);
        if (!int.TryParse(
            extension < 0 ? line : line[..extension], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
            || size < 0 || size > _body.Length - _position)
        {
            throw Malformed("no size of a chunk.");
        }

        var chunk = _body.AsMemory(_position, size);
        _position += size;
        if (_isSigned)
        {
            const string Name = ";chunk-signature=";
            var signature = extension >= 0 && line[extension..].StartsWith(Name, StringComparison.Ordinal)
                ? line[(extension + Name.Length)..]
                : throw Malformed("a chunk without its signature.");
            Verify(SignatureV4.ChunkToSign(_signature.Timestamp, _signature.Scope, _previous, chunk.Span), signature);
        }
        else if (extension >= 0)
        {
            throw Malformed("an extension of an unsigned chunk.");
        }

        // The trailer follows the line of the last chunk, which has no bytes; without one there is an empty line.
        if ((size > 0 || _signature.Payload == Signed) && ReadLine() is not "")
        {
            throw Malformed("no end of a chunk.");
        }

        return chunk;
    }

    private Dictionary<string, string> ReadTrailers(IReadOnlyCollection<string> announced)
    {
        var trailers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (_signature.Payload == Signed)
        {
            return announced.Count == 0 ? trailers : throw MalformedTrailer("announced, and no form that has one.");
        }

        string? signature = null;
        while (ReadLine() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || signature is not null)
            {
                throw MalformedTrailer(line);
            }

            var (name, value) = (line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim());
            if (name == SignatureTrailer)
            {
                signature = value;
            }
            else if (!trailers.TryAdd(name, value))
            {
                throw MalformedTrailer(line);
            }
        }

        if (!trailers.Keys.ToHashSet().SetEquals(announced))
        {
            throw MalformedTrailer($"x-amz-trailer says '{string.Join(',', announced)}', but it is '{string.Join(',', trailers.Keys)}'.");
        }

        if (_isSigned)
        {
            var text = string.Concat(trailers.OrderBy(trailer => trailer.Key, StringComparer.Ordinal)
                .Select(trailer => $"{trailer.Key}:{trailer.Value}\n"));
            Verify(
                SignatureV4.TrailerToSign(_signature.Timestamp, _signature.Scope, _previous, text),
                signature ?? throw MalformedTrailer("no signature."));
        }
        else if (signature is not null)
        {
            throw MalformedTrailer("a signature, though the body is unsigned.");
        }

        return trailers;
    }

    private void Verify(string stringToSign, string signature)
    {
        _previous = SignatureV4.Sign(_signature.Key, stringToSign);
        if (!S3Authentication.Equal(_previous, signature))
        {
            throw new ServiceException(
                403, "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
                ("StringToSign", stringToSign), ("SignatureProvided", signature));
        }
    }

    /// <summary>A line without its end, or <see langword="null"/> at the end of the body.</summary>
    private string? ReadLine()
    {
        if (_position == _body.Length)
        {
            return null;
        }

        var length = _body.AsSpan(_position).IndexOf("\r\n"u8);
        if (length is < 0 or > 1024)
        {
            throw Malformed("a line without an end.");
        }

        var line = Encoding.ASCII.GetString(_body, _position, length);
        _position += length + 2;
        return line;
    }
}
