using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Moving;

/// <summary>
/// Copies one blob as an upload does, hashed on the way and published only when its digest is right. A large one is an
/// upload session under an id that the next run finds again, saved every so often, so that a killed run goes on there.
/// </summary>
internal sealed class BlobCopy(MoveSource source, Destination destination, MoveProgress progress)
{
    /// <summary>How many parts are sent between two saves.</summary>
    private const int PartsPerStep = 8;

    private const int ReadSize = 256 * 1024;

    private long Step => (long)PartsPerStep * destination.PartSize;

    /// <returns><see langword="null"/> when it was published, else what is wrong with the source's.</returns>
    /// <exception cref="SourceFaultException">The source could not be read.</exception>
    public Task<string?> RunAsync(
        RepositoryName name, Digest digest, SourceBlob blob, CancellationToken cancellationToken) =>
        blob.Size <= Step
            ? CopyAtOnceAsync(name, digest, blob, cancellationToken)
            : CopyInStepsAsync(name, digest, blob, cancellationToken);

    private async Task<string?> CopyAtOnceAsync(
        RepositoryName name, Digest digest, SourceBlob blob, CancellationToken cancellationToken)
    {
        var owner = new UploadOwner(name, Principal: null);
        var upload = await destination.Uploads.IntendAsync(owner, digest, cancellationToken);
        await using var writer = destination.Uploads.Write(upload);
        var problem = await ReceiveAsync(writer, blob, 0, blob.Size, cancellationToken);
        if (problem is null && await writer.ComputeDigestAsync() is var computed && computed != digest)
            problem = Damaged(computed);
        if (problem is not null)
        {
            await writer.DiscardAsync(unsaved: null, cancellationToken);
            return problem;
        }
        var (stored, ended) = await destination.Uploads.CompleteAsync(owner, upload, writer, cancellationToken);
        await destination.Blobs.PublishAsync(name, digest, stored, ended, cancellationToken);
        return null;
    }

    private async Task<string?> CopyInStepsAsync(
        RepositoryName name, Digest digest, SourceBlob blob, CancellationToken cancellationToken)
    {
        var owner = new UploadOwner(name, Principal: null);
        var upload = await destination.Uploads.BeginOrResumeAsync(
            owner, generation => IdOf(name, digest, generation), digest.Algorithm, cancellationToken);
        var id = upload.Id;
        while (upload.Session.Offset < blob.Size)
        {
            await using var writer = destination.Uploads.Write(upload);
            var length = Math.Min(Step, blob.Size - upload.Session.Offset);
            var problem = await ReceiveAsync(writer, blob, upload.Session.Offset, length, cancellationToken);
            if (problem is not null)
            {
                await writer.DiscardAsync(unsaved: null, cancellationToken);
                await destination.Uploads.CancelAsync(owner, id, cancellationToken);
                return problem;
            }
            var next = await writer.SaveAsync();
            if (!await destination.Uploads.TrySaveAsync(upload, next, cancellationToken))
            {
                await writer.DiscardAsync(next, cancellationToken);
                throw new StorageException($"another process is copying {digest} into {name} as well");
            }
            upload = await destination.Uploads.GetAsync(owner, id, cancellationToken)
                ?? throw new StorageException($"another process has ended the upload of {digest} into {name}");
        }
        await using var whole = destination.Uploads.Write(upload);
        if (await whole.ComputeDigestAsync() is var computed && computed != digest)
        {
            await destination.Uploads.CancelAsync(owner, id, cancellationToken);
            return Damaged(computed);
        }
        var sealedSession = await whole.SealAsync(cancellationToken)
            ?? throw new StorageException($"the tail of the upload of {digest} into {name} is gone");
        var ended = await destination.Uploads.TryEndAsync(upload, sealedSession, digest, cancellationToken)
            ?? throw new StorageException($"another process is copying {digest} into {name} as well");
        var stored = await destination.Uploads.CompleteAsync(ended, cancellationToken);
        await destination.Blobs.PublishAsync(name, digest, stored, ended.Ended!.Value, cancellationToken);
        return null;
    }

    /// <returns>What is wrong with what was read, if anything.</returns>
    private async Task<string?> ReceiveAsync(
        UploadWriter writer, SourceBlob blob, long offset, long length, CancellationToken cancellationToken)
    {
        var opened = await Retries.FromSourceAsync(
            () => source.Objects.OpenReadAsync(blob.Key, offset, length, cancellationToken));
        if (opened is null)
            return "its bytes are gone";
        await using var stream = new WatchedStream(opened, progress);
        var body = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadSize, leaveOpen: true));
        ReceiveResult received;
        try
        {
            received = await writer.ReceiveAsync(body, length, cancellationToken);
        }
        finally
        {
            await body.CompleteAsync();
        }
        if (stream.Fault is { } fault)
            throw new SourceFaultException(fault);
        cancellationToken.ThrowIfCancellationRequested();
        return received switch
        {
            ReceiveResult.Complete when writer.Received == length => null,
            ReceiveResult.Complete => "it ends too early",
            ReceiveResult.TooManyParts => "it has more bytes than a blob of the destination can have",
            _ => throw new StorageException($"the upload of {blob.Digest} broke off: {received}"),
        };
    }

    private static string Damaged(Digest actual) => $"it is damaged: its bytes are {actual}";

    /// <summary>The same for the same blob in every run, and nobody's else.</summary>
    private static UploadId IdOf(RepositoryName name, Digest digest, int generation)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"berth move {name} {digest} {generation}"));
        return UploadId.TryParse(new Guid(hash.AsSpan(0, 16)).ToString("D"), out var id)
            ? id
            : throw new InvalidOperationException("a UUID is no upload's id");
    }
}
