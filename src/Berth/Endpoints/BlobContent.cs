using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Berth.Content;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>Streams a blob, or ranges of it, from the store to the client.</summary>
internal sealed class BlobContent(IObjectStore objects, StoredBlob blob, RegistryRequest request)
{
    /// <summary>
    /// How many bytes are read and sent at once, also where the system sends a file: more would gain nothing, and a client that takes
    /// none could hold its connection longer.
    /// </summary>
    public const int BufferSize = 256 * 1024;

    /// <summary>
    /// The end of a blob that is copied also where the system sends files: more than what the buffers of both ends of a connection
    /// hold (Linux's defaults add up to 10 MiB). What the system has taken over it reads from the file until the client has it; so
    /// when the proof is completed, nothing before these bytes can change any more.
    /// </summary>
    private const int CopiedEnd = 16 << 20;

    /// <summary>
    /// Sends the whole blob as the body: the last bytes leave only when all of them are those of the digest, so that nobody ever
    /// takes others for it. Until a first buffer is full nothing has left, and the answer is an error.
    /// </summary>
    /// <exception cref="InvalidDataException">The object holds other bytes, or more of them.</exception>
    /// <exception cref="EndOfStreamException">It holds fewer.</exception>
    public async Task SendWholeAsync(Digest digest, ProvenFiles proven)
    {
        // Without a length: an object that goes on after the blob's end is damaged too.
        await using var stream = await OpenAsync(0, length: null);
        using var proof = new ContentProof(digest, blob, stream, proven);
        request.Response.ContentLength = blob.Size;
        if (blob.Size > 2 * CopiedEnd && proof.AllowsBypass && stream is PieceStream file && file.Size == blob.Size
            && request.Context.Features.Get<IFileSender>() is { } sender
            && await sender.BeginAsync(request.Response, request.Aborted))
        {
            proof.IsBypassed = true;
            await SendFileAsync(sender, file, proof);
        }
        await CopyWholeAsync(stream, proof);
    }

    /// <summary>Has the system send all but the end of a file. What the proof still has to see is hashed beside that.</summary>
    private async Task SendFileAsync(IFileSender sender, PieceStream file, ContentProof proof)
    {
        while (blob.Size - request.Bytes > CopiedEnd)
        {
            var count = (int)Math.Min(BufferSize, blob.Size - request.Bytes - CopiedEnd);
            var (handle, offset) = (file.OnlyFile!, file.NextOffset);
            var hashing = HashAsync(file, count, proof);
            await Task.WhenAll(sender.SendAsync(request.Response, handle, offset, count, request.Aborted), hashing);
            request.Bytes += count;
        }
    }

    private Task HashAsync(PieceStream file, int count, ContentProof proof)
    {
        if (!proof.NeedsBytes)
        {
            file.Skip(count);
            return Task.CompletedTask;
        }
        return Task.Run(async () =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(count);
            try
            {
                while (count > 0)
                {
                    var read = await file.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, count)), request.Aborted);
                    if (read == 0)
                    {
                        throw EndsEarly(count);
                    }
                    proof.Add(buffer.AsSpan(0, read));
                    count -= read;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });
    }

    /// <summary>Copies what has not been sent yet. While one buffer is hashed it is sent, and the next one is filled.</summary>
    private async Task CopyWholeAsync(Stream stream, ContentProof proof)
    {
        var size = (int)Math.Min(BufferSize, blob.Size - request.Bytes + 1);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        byte[]? other = null;
        var hashing = Task.CompletedTask;
        try
        {
            while (true)
            {
                var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, request.Aborted);
                await hashing;
                if (request.Bytes + count >= blob.Size)
                {
                    proof.Add(buffer.AsSpan(0, count));
                    await RequireEndAsync(stream, request.Bytes + count);
                    await proof.CompleteAsync(request.Aborted);
                    await WriteAsync(buffer, count);
                    return;
                }
                if (count < buffer.Length)
                {
                    throw EndsEarly(blob.Size - request.Bytes - count);
                }
                var full = buffer;
                hashing = proof.NeedsBytes ? Task.Run(() => proof.Add(full)) : Task.CompletedTask;
                await WriteAsync(full, count);
                (buffer, other) = (other ?? ArrayPool<byte>.Shared.Rent(size), full);
            }
        }
        finally
        {
            await hashing; // it reads a buffer
            ArrayPool<byte>.Shared.Return(buffer);
            if (other is not null)
            {
                ArrayPool<byte>.Shared.Return(other);
            }
        }
    }

    private async Task WriteAsync(byte[] buffer, int count)
    {
        await request.Response.Body.WriteAsync(buffer.AsMemory(0, count), request.Aborted);
        request.Bytes += count;
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
                await WriteAsync(buffer, count);
                length -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
