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

    /// <summary>Sends one range as the body.</summary>
    public async Task SendAsync(ByteRange range)
    {
        await using var stream = await OpenAsync(range);
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
            await using var stream = await OpenAsync(ranges[i]);
            await request.Response.Body.WriteAsync(heads[i], request.Aborted);
            await CopyAsync(stream, ranges[i].Length);
        }
        await request.Response.Body.WriteAsync(end, request.Aborted);
    }

    private async Task<Stream> OpenAsync(ByteRange range) =>
        await objects.OpenReadAsync(blob.Object, range.Offset, range.Length, request.Aborted)
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
                    throw new EndOfStreamException($"the object {blob.Object} of a blob ends {length} bytes too early");
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
