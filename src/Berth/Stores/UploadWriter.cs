using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>
/// Receives the bytes of one request of an upload: hashes them, cuts them into parts and sends these to the store while
/// the next are read. Nothing of it counts until the session that <see cref="SaveAsync"/> returns has been swapped in.
/// </summary>
internal sealed class UploadWriter : IAsyncDisposable
{
    /// <summary>The largest tail kept inside the session, in bytes.</summary>
    private const int InlineTail = 32 * 1024;

    private const int PartsInFlight = 2;

    /// <summary>How long bytes that came before the client went away may take to become durable.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly IObjectStore _objects;
    private readonly UploadBuffers _buffers;
    private readonly UploadSession _session;
    private readonly DigestAlgorithm _algorithm;
    private readonly ResumableHash _hash;
    private readonly List<string> _receipts;
    private readonly List<Task> _inFlight = [];
    private readonly CancellationTokenSource _storing = new();
    private readonly string _attempt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private PartBuffer? _part;
    private string? _object;
    private string? _storeUpload;
    private long _partsLength;

    public UploadWriter(
        IObjectStore objects, UploadBuffers buffers, UploadSession session, DigestAlgorithm algorithm)
    {
        _objects = objects;
        _buffers = buffers;
        _session = session;
        // Before the first byte the final digest's algorithm may still be chosen.
        _algorithm = session.Offset == 0 ? algorithm : session.Algorithm;
        _hash = session.HashState is { } state
            ? ResumableHash.Restore(_algorithm, state)
            : ResumableHash.Create(_algorithm);
        _receipts = [.. session.Receipts];
        _object = session.Object;
        _storeUpload = session.StoreUpload;
        _partsLength = session.PartsLength;
    }

    /// <summary>How many bytes this request has brought.</summary>
    public long Received { get; private set; }

    /// <summary>True when its body broke off: nobody waits for the answer, but what came is worth saving.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>True when what came before was taken away: another request has changed or ended the session.</summary>
    public bool IsTailGone { get; private set; }

    /// <summary>The length of the whole upload with them.</summary>
    public long Length => _session.Offset + Received;

    /// <summary>The algorithm whose hash is carried along.</summary>
    public DigestAlgorithm Algorithm => _algorithm;

    /// <summary>The digest of the whole upload so far.</summary>
    public Digest CurrentDigest => Digest.FromHash(_algorithm, _hash.CurrentHash());

    /// <summary>Reads a body to its end.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="limit">How many bytes it may bring.</param>
    /// <param name="cancellationToken">Ends the reading; what has come can still be saved.</param>
    public async Task<ReceiveResult> ReceiveAsync(PipeReader body, long limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await body.ReadAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // BadHttpRequestException is an IOException too. What came before is whole and can be saved.
                IsBroken = true;
                _storing.CancelAfter(Grace);
                return ReceiveResult.Broken;
            }
            try
            {
                if (Received + read.Buffer.Length > limit)
                {
                    return ReceiveResult.TooLong;
                }
                foreach (var memory in read.Buffer)
                {
                    if (!await AppendAsync(memory, cancellationToken))
                    {
                        return IsTailGone ? ReceiveResult.TailGone : ReceiveResult.TooManyParts;
                    }
                }
            }
            finally
            {
                body.AdvanceTo(read.Buffer.End);
            }
            if (read.IsCompleted)
            {
                return ReceiveResult.Complete;
            }
        }
    }

    /// <summary>Makes everything received durable.</summary>
    /// <returns>The session that says so.</returns>
    public async Task<UploadSession> SaveAsync()
    {
        if (Received == 0)
        {
            return _session;
        }
        byte[]? tail = null;
        string? tailObject = null;
        if (_part is { } rest)
        {
            // A first request that fits into one part may well be the whole blob: kept as an object of its own it is
            // ready to be published without another call.
            var isWhole = _session.Offset == 0 && _receipts.Count == 0;
            if (!isWhole && rest.Length >= _objects.MinimumPartSize)
            {
                await SendPartAsync(_storing.Token);
            }
            else if (rest.Length <= InlineTail)
            {
                tail = rest.Content.ToArray();
            }
            else
            {
                tailObject = RecordLayout.NewObject();
                await _objects.PutAsync(tailObject, rest.Content, PutCondition.Absent, _storing.Token);
            }
        }
        await Task.WhenAll(_inFlight);
        return _session with
        {
            Algorithm = _algorithm,
            Offset = Length,
            HashState = _hash.ExportState(),
            Object = _object,
            StoreUpload = _storeUpload,
            PartsLength = _partsLength,
            Receipts = [.. _receipts],
            Tail = tail,
            TailObject = tailObject,
        };
    }

    /// <summary>Makes the whole upload one object.</summary>
    /// <returns><see langword="null"/> when <see cref="IsTailGone"/>.</returns>
    public async Task<StoredBlob?> CompleteAsync(CancellationToken cancellationToken)
    {
        if (Received == 0 && _session is { StoreUpload: null, TailObject: { } whole })
        {
            return new(whole, Length);
        }
        if (Received == 0 && !await LoadTailAsync(cancellationToken))
        {
            return null;
        }
        if (_storeUpload is null)
        {
            var key = RecordLayout.NewObject();
            await _objects.PutAsync(key, _part?.Content ?? default, PutCondition.Absent, cancellationToken);
            return new(key, Length);
        }
        if (_part is not null)
        {
            await SendPartAsync(cancellationToken);
        }
        await Task.WhenAll(_inFlight);
        await _objects.CompleteUploadAsync(_object!, _storeUpload, _receipts, cancellationToken);
        return new(_object!, Length);
    }

    /// <summary>Drops what this request stored and no session knows of.</summary>
    public async Task DiscardAsync(UploadSession? unsaved, CancellationToken cancellationToken)
    {
        await _storing.CancelAsync();
        await SettleAsync();
        if (_storeUpload is not null && _session.StoreUpload is null)
        {
            await _objects.AbortUploadAsync(_object!, _storeUpload, cancellationToken);
        }
        if (unsaved?.TailObject is { } tail && tail != _session.TailObject)
        {
            await _objects.DeleteAsync(tail, version: null, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _storing.CancelAsync();
        await SettleAsync(); // the store may read the buffers until its calls have ended
        _part?.Dispose();
        _storing.Dispose();
    }

    private async Task<bool> AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            if (_part is null)
            {
                if (_receipts.Count == _objects.MaximumParts)
                {
                    return false;
                }
                if (Received == 0 && !await LoadTailAsync(cancellationToken))
                {
                    return false;
                }
                _part ??= await _buffers.RentAsync(cancellationToken);
            }
            var count = _part!.Write(bytes.Span);
            _hash.Append(bytes.Span[..count]);
            Received += count;
            bytes = bytes[count..];
            if (_part.IsFull)
            {
                await SendPartAsync(cancellationToken);
            }
        }
        return true;
    }

    /// <summary>Begins the next part with the bytes that were too few for one before.</summary>
    /// <returns><see langword="false"/> when they are gone.</returns>
    private async Task<bool> LoadTailAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> tail = _session.Tail;
        if (_session.TailObject is { } key)
        {
            if (await _objects.ReadAsync(key, cancellationToken) is not { } content)
            {
                IsTailGone = true;
                return false;
            }
            tail = content.Bytes;
        }
        if (tail.IsEmpty)
        {
            return true;
        }
        _part = await _buffers.RentAsync(cancellationToken);
        while (!tail.IsEmpty)
        {
            tail = tail[_part.Write(tail.Span)..];
        }
        return true;
    }

    private async Task SendPartAsync(CancellationToken cancellationToken)
    {
        if (_storeUpload is null)
        {
            _object = RecordLayout.NewObject();
            _storeUpload = await _objects.BeginUploadAsync(_object, cancellationToken);
        }
        while (_inFlight.Count >= PartsInFlight)
        {
            var ended = await Task.WhenAny(_inFlight).WaitAsync(cancellationToken);
            _inFlight.Remove(ended);
            await ended;
        }
        var part = _part!;
        _part = null;
        var position = new PartPosition(_receipts.Count + 1, _partsLength, _attempt);
        _partsLength += part.Length;
        _receipts.Add("");
        _inFlight.Add(StorePartAsync(part, position));
    }

    private async Task StorePartAsync(PartBuffer part, PartPosition position)
    {
        using (part)
        {
            _receipts[position.Number - 1] = await _objects.UploadPartAsync(
                _object!, _storeUpload!, position, part.Content, _storing.Token);
        }
    }

    private async Task SettleAsync()
    {
        foreach (var call in _inFlight)
        {
            await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>How the reading of a body ended.</summary>
internal enum ReceiveResult
{
    /// <summary>With its last byte.</summary>
    Complete,

    /// <summary>Half-way: the client is gone, or what it sends is no HTTP.</summary>
    Broken,

    /// <summary>It brings more bytes than it may.</summary>
    TooLong,

    /// <summary>The store takes no further part.</summary>
    TooManyParts,

    /// <summary>Another request has changed or ended the session meanwhile.</summary>
    TailGone,
}
