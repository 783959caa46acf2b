using System.Buffers;
using System.Security.Cryptography;
using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Cuts the bytes of one request into parts, and hashes and sends each to the store while the next one fills.</summary>
/// <remarks>
/// A full part is held back until enough bytes follow it to make a part of their own: what is left at the end joins it,
/// instead of lying beside the parts as a tail until the next request brings it together with more. Where every part has
/// to be as large as the first (the least size is the usual one), none is held back.
/// </remarks>
internal sealed class PartSender : IAsyncDisposable
{
    /// <summary>How long to wait for memory before the bytes at hand make a smaller part.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly IObjectStore _objects;
    private readonly UploadBuffers _buffers;
    private readonly UploadId _id;
    private readonly OverlappedHash _hash;
    private readonly List<string> _receipts;
    private readonly int _receiptsBefore;
    private readonly List<Task> _inFlight = [];
    private readonly CancellationTokenSource _storing = new();
    private readonly string _attempt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private PartBuffer? _held;
    private PartBuffer? _rest;

    public PartSender(
        IObjectStore objects, UploadBuffers buffers, UploadId id, UploadSession session, OverlappedHash hash)
    {
        _objects = objects;
        _buffers = buffers;
        _id = id;
        _hash = hash;
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

    /// <summary>How many bytes follow the last part.</summary>
    public int RestLength => (_held?.Length ?? 0) + (_rest?.Length ?? 0);

    /// <summary>The bytes after the last part.</summary>
    public ReadOnlySequence<byte> Rest => PartBuffer.Join(_held, _rest);

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
            if (_rest is null && _receipts.Count + (_held is null ? 0 : 1) == _objects.MaximumParts)
            {
                return false;
            }
            _rest ??= new(_buffers);
            if (_rest.NeedsGrowth && !await GrowAsync(_rest))
            {
                // No memory for a whole part: a smaller one makes room, and the upload goes on, only slower.
                await SendRestAsync(Storing);
                await Task.WhenAll(_inFlight);
                continue;
            }
            bytes = bytes[_rest.Write(bytes.Span)..];
            if (_held is { } held && _rest.Length >= _objects.MinimumPartSize)
            {
                await BeReadyAsync(Storing);
                _held = null;
                Send(held);
            }
            if (_rest.IsFull && _objects.MinimumPartSize < _buffers.PartSize)
            {
                (_held, _rest) = (_rest, null);
            }
            else if (_rest.IsFull)
            {
                await SendRestAsync(Storing);
            }
        }
        return true;
    }

    /// <summary>Sends the bytes after the last part as a part of their own.</summary>
    public async Task SendRestAsync(CancellationToken cancellationToken)
    {
        await BeReadyAsync(cancellationToken);
        var (held, rest) = (_held, _rest);
        (_held, _rest) = (null, null);
        Send(held, rest);
    }

    /// <summary>The hash of the whole upload so far.</summary>
    public async Task<ResumableHash> HashAsync()
    {
        await _hash.AppendAsync(Length, Rest);
        return await _hash.EndAsync();
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
        _held?.Dispose();
        _rest?.Dispose();
        _storing.Dispose();
    }

    /// <summary>Whether the part being filled is all that this upload has in memory.</summary>
    private bool IsAlone => _held is null && _inFlight.TrueForAll(call => call.IsCompleted);

    /// <returns><see langword="false"/> when there is no memory, and enough bytes for a part.</returns>
    private async Task<bool> GrowAsync(PartBuffer part)
    {
        while (!await part.GrowAsync(IsAlone, TimeSpan.Zero, Storing))
        {
            if (_inFlight.Count > 0)
            {
                await EndOneAsync(Storing); // its memory is the next to be free
            }
            else
            {
                return part.Length < _buffers.PartSize / 4 && await part.GrowAsync(IsAlone, Patience, Storing);
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

    /// <summary>Begins the store's upload before its first part, and waits while enough parts are in flight.</summary>
    private async Task BeReadyAsync(CancellationToken cancellationToken)
    {
        if (StoreUpload is null)
        {
            Object = RecordLayout.NewObject(_id);
            StoreUpload = await _objects.BeginUploadAsync(Object, cancellationToken);
        }
        while (_inFlight.Count >= _objects.PartsTogether)
        {
            await EndOneAsync(cancellationToken);
        }
    }

    /// <summary>Sends one part.</summary>
    private void Send(PartBuffer? first, PartBuffer? second = null)
    {
        var position = new PartPosition(_receipts.Count + 1, Length, _attempt);
        Length += (first?.Length ?? 0) + (second?.Length ?? 0);
        _receipts.Add("");
        _inFlight.Add(SendAsync());

        async Task SendAsync()
        {
            using (first)
            using (second)
            {
                var content = PartBuffer.Join(first, second);
                var hashing = _hash.AppendAsync(position.Offset, content);
                try
                {
                    _receipts[position.Number - 1] = await _objects.UploadPartAsync(
                        Object!, StoreUpload!, position, content, Storing);
                }
                finally
                {
                    await hashing; // reads the buffers
                }
            }
        }
    }
}
