using System.Buffers;
using System.IO.Pipelines;
using Berth.Content;
using Berth.Storage;
using Microsoft.AspNetCore.Http;

namespace Berth.Stores;

/// <summary>
/// Receives the bytes of one request of an upload, cuts them into parts, and hashes and sends these to the store while the
/// next are read. Nothing of it counts until the session that <see cref="SaveAsync"/> returns has been swapped in.
/// </summary>
internal sealed class UploadWriter : IAsyncDisposable
{
    /// <summary>The largest tail kept inside the session, in bytes.</summary>
    private const int InlineTail = 32 * 1024;

    /// <summary>How long bytes that came before the client went away may take to become durable.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly IObjectStore _objects;
    private readonly UploadId _id;
    private readonly UploadSession _session;
    private readonly PartSender _parts;

    public UploadWriter(
        IObjectStore objects, UploadBuffers buffers, UploadId id, UploadSession session, DigestAlgorithm algorithm)
    {
        _objects = objects;
        _id = id;
        _session = session;
        // Before the first byte the final digest's algorithm may still be chosen.
        Algorithm = session.Offset == 0 ? algorithm : session.Algorithm;
        var hash = session.HashState is { } state
            ? ResumableHash.Restore(Algorithm, state)
            : ResumableHash.Create(Algorithm);
        _parts = new(objects, buffers, id, session, new(hash, session.Offset));
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
    public DigestAlgorithm Algorithm { get; }

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
            catch (Exception exception) when (
                exception is (IOException or OperationCanceledException)
                    and not BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
            {
                // BadHttpRequestException is an IOException too. What came before is whole and can be saved.
                IsBroken = true;
                _parts.Hurry(Grace);
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

    /// <summary>The digest of the whole upload so far.</summary>
    public async Task<Digest> ComputeDigestAsync() =>
        Digest.FromHash(Algorithm, (await _parts.HashAsync()).CurrentHash());

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
        if (_parts.RestLength > 0)
        {
            // A first request of no more than one part may well be the whole blob: kept as an object of its own it is
            // ready to be published without another call.
            var isWhole = _session.Offset == 0 && _parts.Length == 0;
            if (!isWhole && _parts.RestLength >= _objects.MinimumPartSize)
            {
                await _parts.SendRestAsync(_parts.Storing);
            }
            else if (_parts.RestLength <= InlineTail)
            {
                tail = _parts.Rest.ToArray();
            }
            else
            {
                // Without parts it may become the blob itself, see SealAsync.
                tailObject = _parts.StoreUpload is null ? RecordLayout.NewObject(_id) : RecordLayout.NewTail(_id);
                await _objects.PutAsync(tailObject, _parts.Rest, _parts.Storing);
            }
        }
        return await StoredAsync(tail, tailObject);
    }

    /// <summary>Makes the whole upload durable as an object, or as parts that need nothing but completing.</summary>
    /// <returns>The session that says so; <see langword="null"/> when <see cref="IsTailGone"/>.</returns>
    public async Task<UploadSession?> SealAsync(CancellationToken cancellationToken)
    {
        if (Received == 0)
        {
            if (_session is { StoreUpload: null, TailObject: not null })
            {
                return _session;
            }
            if (!await LoadTailAsync(cancellationToken))
            {
                return null;
            }
        }
        string? whole = null;
        if (_parts.StoreUpload is null)
        {
            whole = RecordLayout.NewObject(_id);
            await _objects.PutAsync(whole, _parts.Rest, cancellationToken);
        }
        else if (_parts.RestLength > 0)
        {
            await _parts.SendRestAsync(cancellationToken);
        }
        return await StoredAsync(tail: null, whole);
    }

    /// <summary>Drops what this request stored and no session knows of.</summary>
    public async Task DiscardAsync(UploadSession? unsaved, CancellationToken cancellationToken)
    {
        await _parts.StopAsync();
        if (_parts.StoreUpload is { } storeUpload && _session.StoreUpload is null)
        {
            await _objects.AbortUploadAsync(_parts.Object!, storeUpload, cancellationToken);
        }
        if (unsaved?.TailObject is { } tail && tail != _session.TailObject)
        {
            await _objects.DeleteAsync(tail, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    private async Task<bool> AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty)
        {
            return true;
        }
        if ((Received == 0 && !await LoadTailAsync(cancellationToken)) || !await _parts.WriteAsync(bytes))
        {
            return false;
        }
        Received += bytes.Length;
        return true;
    }

    /// <summary>The session with all that is stored by now.</summary>
    private async Task<UploadSession> StoredAsync(byte[]? tail, string? tailObject)
    {
        var hashing = _parts.HashAsync();
        await Task.WhenAll(hashing, _parts.FlushAsync());
        return _session with
        {
            Algorithm = Algorithm,
            Offset = Length,
            HashState = (await hashing).ExportState(),
            Object = _parts.Object,
            StoreUpload = _parts.StoreUpload,
            PartsLength = _parts.Length,
            Receipts = [.. _parts.Receipts],
            Tail = tail,
            TailObject = tailObject,
        };
    }

    /// <summary>Puts the bytes that were too few for a part before in front of this request's.</summary>
    private async Task<bool> LoadTailAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> tail = _session.Tail;
        if (_session.TailObject is { } key)
        {
            if (await _objects.ReadWholeAsync(key, cancellationToken) is not { } content)
            {
                IsTailGone = true;
                return false;
            }
            tail = content;
        }
        return await _parts.WriteAsync(tail);
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
