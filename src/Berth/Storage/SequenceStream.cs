using System.Buffers;

namespace Berth.Storage;

/// <summary>Bytes in buffers, as the body of a provider's request, that can be sent again.</summary>
/// <remarks>
/// A try that took too long is given up, but may still be sending when the next one rewinds the same stream. So each
/// sending, which Azure's SDK does with <see cref="CopyToAsync"/>, has a position of its own: a try can take no bytes away
/// from another one. (A checksum would only tell of the mix-up, and cost a pass over every part.) And what is disposed
/// hands out no byte more, as its buffers are then another's.
/// </remarks>
/// <param name="content">The bytes; their owner keeps them unchanged until the stream is disposed.</param>
public sealed class SequenceStream(ReadOnlySequence<byte> content) : Stream
{
    private readonly long _length = content.Length;
    private readonly Lock _lock = new();
    private ReadOnlySequence<byte> _content = content;
    private long _position;
    private bool _ended;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _length);
            _position = value;
        }
    }

    /// <summary>Copies what follows the position, which stays where it is.</summary>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        var position = _position;
        var buffer = ArrayPool<byte>.Shared.Rent(bufferSize);
        try
        {
            for (int count; (count = ReadAt(position, buffer)) > 0; position += count)
                await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = ReadAt(_position, buffer);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : new(Read(buffer.Span));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => _length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _ended = true;
            _content = default;
        }

        base.Dispose(disposing);
    }

    private int ReadAt(long position, Span<byte> buffer)
    {
        // Copied under the lock: when disposing is done, nobody is still at the buffers.
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            var count = (int)Math.Min(buffer.Length, _length - position);
            _content.Slice(position, count).CopyTo(buffer);
            return count;
        }
    }
}
