using System.Buffers;

namespace Berth.Storage.Azure;

/// <summary>Bytes in buffers, as a request's body that can be sent again.</summary>
internal sealed class SequenceStream(ReadOnlySequence<byte> content) : Stream
{
    private readonly long _length = content.Length;
    private ReadOnlySequence<byte> _content = content;
    private ReadOnlySequence<byte> _rest = content;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _length - _rest.Length;
        set => _rest = _content.Slice(value);
    }

    public override int Read(Span<byte> buffer)
    {
        // A request that was given up may still want bytes, when their buffers are another's.
        ObjectDisposedException.ThrowIf(_ended, this);
        var count = (int)Math.Min(buffer.Length, _rest.Length);
        _rest.Slice(0, count).CopyTo(buffer);
        _rest = _rest.Slice(count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : new(Read(buffer.Span));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => _length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _ended = true;
        _content = _rest = default;
        base.Dispose(disposing);
    }
}
