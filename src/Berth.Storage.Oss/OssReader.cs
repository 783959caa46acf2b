using Aliyun.OSS;

namespace Berth.Storage.Oss;

/// <summary>
/// The bytes of an answer, read as the network brings them: once an answer has begun, no thread waits for the rest.
/// </summary>
/// <param name="answer">The answer, which is disposed of with the stream.</param>
/// <param name="skip">How many bytes to leave out at its beginning.</param>
/// <param name="length">How many bytes to deliver after them, at the most.</param>
/// <param name="time">The clock by which a stall is told.</param>
internal sealed class OssReader(OssObject answer, long skip, long length, TimeProvider time) : ForwardStream
{
    private const string What = "go on with reading an object";

    private readonly Stream _content = answer.Content ?? Null;
    private long _skip = skip;
    private long _left = length;

    public override int Read(Span<byte> buffer)
    {
        try
        {
            Span<byte> unwanted = stackalloc byte[512];
            while (_skip > 0)
                _skip -= Some(_content.Read(unwanted[..(int)Math.Min(unwanted.Length, _skip)]));

            var read = _content.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _left -= read;
            return read;
        }
        catch (Exception e) when (OssFaults.IsFault(e))
        {
            throw OssFaults.Translate(What, e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var patience = new CancellationTokenSource(OssBucket.LongestStall, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            if (_skip > 0)
            {
                var unwanted = new byte[Math.Min(_skip, 65_536)];
                while (_skip > 0)
                    _skip -= Some(await _content.ReadAsync(unwanted.AsMemory(0, (int)Math.Min(unwanted.Length, _skip)), either.Token));
            }

            var read = await _content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], either.Token);
            _left -= read;
            return read;
        }
        catch (Exception e) when (OssFaults.IsFault(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw OssFaults.Translate(What, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            answer.Dispose();
        base.Dispose(disposing);
    }

    private static int Some(int read) => read > 0 ? read : throw new EndOfStreamException("The answer ended early.");
}
