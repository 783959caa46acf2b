using System.Security.Cryptography;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Cuts the bytes of one request into parts, and sends each to the store while the next one fills.</summary>
internal sealed class PartSender : IAsyncDisposable
{
    /// <summary>How long to wait for memory before the bytes at hand make a smaller part.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly IObjectStore _objects;
    private readonly UploadBuffers _buffers;
    private readonly List<string> _receipts;
    private readonly int _receiptsBefore;
    private readonly List<Task> _inFlight = [];
    private readonly CancellationTokenSource _storing = new();
    private readonly string _attempt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    public PartSender(IObjectStore objects, UploadBuffers buffers, UploadSession session)
    {
        _objects = objects;
        _buffers = buffers;
        _receipts = [.. session.Receipts];
        _receiptsBefore = _receipts.Count;
        Object = session.Object;
        StoreUpload = session.StoreUpload;
        Length = session.PartsLength;
    }

    /// <summary>The object that the parts make, once there is one.</summary>
    public string? Object { get; private set; }

    /// <summary>The store's id of the upload.</summary>
    public string? StoreUpload { get; private set; }

    /// <summary>How many bytes are in parts.</summary>
    public long Length { get; private set; }

    public IReadOnlyList<string> Receipts => _receipts;

    /// <summary>The bytes after the last part.</summary>
    public PartBuffer? Rest { get; private set; }

    /// <summary>Ends what the store is still doing for this request.</summary>
    public CancellationToken Storing => _storing.Token;

    /// <summary>Bounds the time that storing may still take.</summary>
    public void Hurry(TimeSpan grace) => _storing.CancelAfter(grace);

    /// <summary>Takes bytes, and sends what makes a whole part.</summary>
    /// <remarks>Takes all or throws: a client that goes away meanwhile does not interrupt it.</remarks>
    /// <returns><see langword="false"/> when the store takes no further part.</returns>
    public async Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (Rest is null && _receipts.Count == _objects.MaximumParts)
            {
                return false;
            }
            Rest ??= new(_buffers);
            if (Rest.NeedsGrowth && !await GrowAsync(Rest))
            {
                // No memory for a whole part: a smaller one makes room, and the upload goes on, only slower.
                await SendRestAsync(Storing);
                await Task.WhenAll(_inFlight);
                continue;
            }
            bytes = bytes[Rest.Write(bytes.Span)..];
            if (Rest.IsFull)
            {
                await SendRestAsync(Storing);
            }
        }
        return true;
    }

    /// <summary>Sends the bytes after the last part as a part of their own.</summary>
    public async Task SendRestAsync(CancellationToken cancellationToken)
    {
        if (StoreUpload is null)
        {
            Object = RecordLayout.NewObject();
            StoreUpload = await _objects.BeginUploadAsync(Object, cancellationToken);
        }
        while (_inFlight.Count >= _objects.PartsTogether)
        {
            await EndOneAsync(cancellationToken);
        }
        var part = Rest!;
        Rest = null;
        var position = new PartPosition(_receipts.Count + 1, Length, _attempt);
        Length += part.Length;
        _receipts.Add("");
        _inFlight.Add(SendAsync(part, position));
    }

    /// <summary>Waits until every part sent is durable.</summary>
    public async Task FlushAsync()
    {
        await Task.WhenAll(_inFlight);
        if (_receipts.Count > _receiptsBefore)
        {
            await _objects.FlushUploadAsync(Object!, StoreUpload!, _receipts[_receiptsBefore..], Storing);
        }
    }

    /// <summary>Makes the parts one object.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_inFlight);
        await _objects.CompleteUploadAsync(Object!, StoreUpload!, _receipts, cancellationToken);
    }

    /// <summary>Ends all calls to the store; when this has returned, none of them reads a buffer any more.</summary>
    public async Task StopAsync()
    {
        await _storing.CancelAsync();
        foreach (var call in _inFlight)
        {
            await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Rest?.Dispose();
        _storing.Dispose();
    }

    /// <returns><see langword="false"/> when there is no memory, and enough bytes for a part.</returns>
    private async Task<bool> GrowAsync(PartBuffer part)
    {
        while (!await part.GrowAsync(TimeSpan.Zero, Storing))
        {
            if (_inFlight.Count > 0)
            {
                await EndOneAsync(Storing); // its memory is the next to be free
            }
            else
            {
                return part.Length < _buffers.PartSize / 4 && await part.GrowAsync(Patience, Storing);
            }
        }
        return true;
    }

    private async Task EndOneAsync(CancellationToken cancellationToken)
    {
        var ended = await Task.WhenAny(_inFlight).WaitAsync(cancellationToken);
        _inFlight.Remove(ended);
        await ended;
    }

    private async Task SendAsync(PartBuffer part, PartPosition position)
    {
        using (part)
        {
            _receipts[position.Number - 1] = await _objects.UploadPartAsync(
                Object!, StoreUpload!, position, part.Content, Storing);
        }
    }
}
