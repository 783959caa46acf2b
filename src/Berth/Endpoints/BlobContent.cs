using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>Streams a blob, or ranges of it, from the store to the client.</summary>
internal sealed class BlobContent(IObjectStore objects, StoredBlob blob, RegistryRequest request)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>
    /// Sends the whole blob as the body, hashed on its way: the last bytes leave only when all of them are those of the digest,
    /// so that nobody ever takes others for it. Until a first buffer is full nothing has left, and the answer is an error.
    /// </summary>
    /// <exception cref="InvalidDataException">The object holds other bytes, or more of them.</exception>
    /// <exception cref="EndOfStreamException">It holds fewer.</exception>
    public async Task SendWholeAsync(Digest digest)
    {
        // Without a length: an object that goes on after the blob's end is damaged too.
        await using var stream = await OpenAsync(0, length: null);
        request.Response.ContentLength = blob.Size;
        using var hash = IncrementalHash.CreateHash(
            digest.Algorithm == DigestAlgorithm.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferSize, blob.Size + 1));
        try
        {
            long sent = 0;
            while (true)
            {
                var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, request.Aborted);
                hash.AppendData(buffer, 0, count);
                var isLast = sent + count >= blob.Size;
                if (isLast)
                {
                    await RequireEndAsync(stream, sent + count);
                    Require(digest, Digest.FromHash(digest.Algorithm, hash.GetHashAndReset()));
                }
                else if (count < buffer.Length)
                {
                    throw EndsEarly(blob.Size - sent - count);
                }
                await request.Response.Body.WriteAsync(buffer.AsMemory(0, count), request.Aborted);
                sent += count;
                request.Bytes = sent;
                if (isLast)
                {
                    return;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends one range as the body.</summary>
    public async Task SendAsync(ByteRange range)
    {
        await using var stream = await OpenAsync(range.Offset, range.Length);
        request.Response.ContentLength = range.Length;
        await CopyAsync(stream, range.Length);
    }

    /// <summary>Sends several ranges as <c>multipart/byteranges</c> (RFC 9110, section 14.6).</summary>
    public async Task SendAsync(IReadOnlyList<ByteRange> ranges)
    {
        var boundary = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var heads = ranges.Select(range => Encoding.ASCII.GetBytes(
            $"\r\n--{boundary}\r\nContent-Type: {MediaTypes.OctetStream}\r\n" +
            $"Content-Range: {range.ContentRange(blob.Size)}\r\n\r\n")).ToArray();
        var end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        request.Response.ContentType = $"multipart/byteranges; boundary={boundary}";
        request.Response.ContentLength = heads.Sum(head => head.Length) + ranges.Sum(range => range.Length) + end.Length;
        for (var i = 0; i < ranges.Count; i++)
        {
            await using var stream = await OpenAsync(ranges[i].Offset, ranges[i].Length);
            await request.Response.Body.WriteAsync(heads[i], request.Aborted);
            await CopyAsync(stream, ranges[i].Length);
        }
        await request.Response.Body.WriteAsync(end, request.Aborted);
    }

    private async Task RequireEndAsync(Stream stream, long read)
    {
        var more = new byte[1];
        if (read > blob.Size || await stream.ReadAsync(more, request.Aborted) > 0)
        {
            throw new InvalidDataException($"the object {blob.Object} of a blob is longer than its {blob.Size} bytes");
        }
    }

    private void Require(Digest wanted, Digest found)
    {
        if (found != wanted)
        {
            throw new InvalidDataException($"the object {blob.Object} of the blob {wanted} holds the bytes of {found}");
        }
    }

    private EndOfStreamException EndsEarly(long missing) =>
        new($"the object {blob.Object} of a blob ends {missing} bytes too early");

    private async Task<Stream> OpenAsync(long offset, long? length) =>
        await objects.OpenReadAsync(blob.Object, offset, length, request.Aborted)
        ?? throw new InvalidDataException($"the object {blob.Object} of a blob is gone");

    /// <remarks>A store that delivers fewer bytes is a fault: the connection breaks, and the log says why.</remarks>
    private async Task CopyAsync(Stream stream, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferSize, length));
        try
        {
            while (length > 0)
            {
                var count = await stream.ReadAsync(
                    buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), request.Aborted);
                if (count == 0)
                {
                    throw EndsEarly(length);
                }
                await request.Response.Body.WriteAsync(buffer.AsMemory(0, count), request.Aborted);
                request.Bytes += count;
                length -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
