using Berth.Storage;

namespace Berth.Moving;

/// <summary>The bytes of a blob on their way: counted, and with the fault that ended them.</summary>
/// <remarks>Whoever reads a body takes a fault for a client that went away, and asks no further.</remarks>
internal sealed class WatchedStream(Stream source, MoveProgress progress) : ForwardStream
{
    /// <summary>Why reading broke off.</summary>
    public Exception? Fault { get; private set; }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var count = await source.ReadAsync(buffer, cancellationToken);
            progress.AddBytes(count);
            return count;
        }
        catch (Exception e) when (Retries.IsFault(e))
        {
            Fault = e;
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
