namespace Berth.Storage.Azure;

/// <summary>
/// A download. The SDK goes on after a broken connection, under the version that it began with; what it cannot mend
/// comes out as the contract's exceptions.
/// </summary>
internal sealed class BlobReader(Stream content) : ForwardStream
{
    private const string What = "go on with reading a blob";

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return content.Read(buffer);
        }
        catch (Exception e) when (AzureFaults.IsFault(e))
        {
            throw AzureFaults.Translate(What, e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (AzureFaults.IsFault(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw AzureFaults.Translate(What, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
