using System.Buffers;
using System.Security.Cryptography;
using Berth.Content;
using Berth.Storage.FileSystem;
using Berth.Stores;
using Microsoft.Win32.SafeHandles;

namespace Berth.Endpoints;

/// <summary>
/// Proves of the bytes of one pull that they are those of its digest: by their hash, or because they are those of a file that was
/// hashed before and is unchanged. The last bytes may leave only after it is completed.
/// </summary>
internal sealed class ContentProof : IDisposable
{
    /// <summary>Smaller blobs are hashed faster than it pays to remember them.</summary>
    private const long SmallestRemembered = 1 << 20;

    private readonly StoredBlob _blob;
    private readonly Digest _digest;
    private readonly ProvenFiles _proven;
    private readonly SafeFileHandle? _handle;
    private readonly FileStamp? _file;
    private readonly long _begun;
    private readonly IncrementalHash? _hash;

    /// <summary>Begins, before the first byte is read.</summary>
    public ContentProof(Digest digest, StoredBlob blob, Stream content, ProvenFiles proven)
    {
        (_blob, _digest, _proven, _begun) = (blob, digest, proven, proven.Now());
        if (blob.Size >= SmallestRemembered && content is PieceStream { OnlyFile: { } handle })
        {
            // Of a file that has just been changed a second change might not show.
            _file = FileStamp.Of(handle) is { } file && file.IsSettled() ? file : null;
            _handle = handle;
        }
        if (_file is null || !proven.Contains(digest, _file.Value))
        {
            _hash = NewHash();
        }
    }

    /// <summary>Whether the bytes have to be given to <see cref="Add"/>.</summary>
    public bool NeedsBytes => _hash is not null;

    /// <summary>Whether bytes may go from the file to the client without passing through here: a change of it will be noticed.</summary>
    public bool AllowsBypass => _file is not null;

    /// <summary>Whether some did.</summary>
    public bool IsBypassed { get; set; }

    /// <summary>Adds the next bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => _hash?.AppendData(bytes);

    /// <summary>Ends the proof, after the last byte was read and before it leaves.</summary>
    /// <exception cref="InvalidDataException">The bytes are others.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_hash is not null)
        {
            Require(_hash);
        }
        if (_file is not { } before)
        {
            return;
        }
        var now = FileStamp.Of(_handle!);
        if (now == before)
        {
            if (_hash is not null)
            {
                _proven.Add(_digest, before, _begun);
            }
        }
        else if (_hash is null || IsBypassed)
        {
            await RequireUnwrittenAsync(before, now, cancellationToken);
        }
    }

    public void Dispose() => _hash?.Dispose();

    /// <summary>
    /// The file was changed while it was sent. Deleting or linking it does that too and leaves the bytes alone: they are read once
    /// more.
    /// </summary>
    private async Task RequireUnwrittenAsync(FileStamp before, FileStamp? now, CancellationToken cancellationToken)
    {
        if (now != before with { Changed = now?.Changed ?? 0 })
        {
            throw new InvalidDataException($"the object {_blob.Object} of the blob {_digest} was written to while it was sent");
        }
        using var hash = NewHash();
        var buffer = ArrayPool<byte>.Shared.Rent(BlobContent.BufferSize);
        try
        {
            for (long read = 0; read < _blob.Size;)
            {
                var wanted = (int)Math.Min(buffer.Length, _blob.Size - read);
                var count = await RandomAccess.ReadAsync(_handle!, buffer.AsMemory(0, wanted), read, cancellationToken);
                if (count == 0)
                {
                    break; // and the hash tells
                }
                hash.AppendData(buffer, 0, count);
                read += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        Require(hash);
    }

    private IncrementalHash NewHash() => IncrementalHash.CreateHash(_digest.Algorithm.Name());

    private void Require(IncrementalHash hash)
    {
        var found = Digest.FromHash(_digest.Algorithm, hash.GetHashAndReset());
        if (found != _digest)
        {
            throw new InvalidDataException($"the object {_blob.Object} of the blob {_digest} holds the bytes of {found}");
        }
    }
}
