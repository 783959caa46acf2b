using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-6: <c>PUT &lt;blob-push-location&gt;?digest=&lt;digest&gt;</c> closes an upload, with its last chunk or the whole
/// blob as body, or none. 201, also when it is repeated because the answer was lost; 400 DIGEST_INVALID (the session stays as
/// it was); 416 out of order; 404.
/// </summary>
internal sealed class FinishUpload(UploadStore uploads, BlobStore blobs)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (!Digest.TryParse(request.Query("digest"), out var digest))
        {
            return RegistryError.DigestMalformed(request.Query("digest"));
        }
        if (await uploads.FindAsync(request.UploadOwner, request.Upload, request.Aborted) is not { } upload)
        {
            return RegistryError.UploadUnknown(request.Upload);
        }
        if (upload.Session.Ended is not null)
        {
            return uploads.CanPublish(upload.Session, digest)
                ? await PublishAsync(request, digest, upload.Session)
                : RegistryError.UploadUnknown(request.Upload);
        }
        if (ContentRange.Check(request, upload.Session, out var length) is { } refused)
        {
            return refused;
        }
        await using var writer = uploads.Write(upload, digest.Algorithm);
        var received = await UploadBody.ReceiveAsync(request, writer, length);
        if (received is not null && writer.IsBroken)
        {
            await UploadBody.SaveAsync(request, uploads, upload, writer);
            return received;
        }
        if (received is null && writer.Algorithm == digest.Algorithm
            && await writer.ComputeDigestAsync() is var computed && computed != digest)
        {
            received = RegistryError.DigestMismatch(digest, computed);
        }
        if (received is not null)
        {
            await writer.DiscardAsync(unsaved: null, CancellationToken.None);
            return writer.IsTailGone ? await UploadBody.LostAsync(request, uploads, upload) : received;
        }
        return await EndAsync(request, digest, upload, writer);
    }

    /// <summary>
    /// The session ends before anything names its content: another request that adds to it has lost, and one that repeats this
    /// finds what to publish.
    /// </summary>
    private async Task<RegistryError?> EndAsync(
        RegistryRequest request, Digest digest, StoredUpload upload, UploadWriter writer)
    {
        if (await writer.SealAsync(request.Aborted) is not { } whole)
        {
            return await UploadBody.LostAsync(request, uploads, upload);
        }
        if (await uploads.TryEndAsync(upload, whole, digest, CancellationToken.None) is not { } ended)
        {
            await writer.DiscardAsync(whole, CancellationToken.None);
            return await UploadBody.LostAsync(request, uploads, upload);
        }
        return await PublishAsync(request, digest, ended);
    }

    private async Task<RegistryError?> PublishAsync(RegistryRequest request, Digest digest, UploadSession ended)
    {
        var blob = await uploads.CompleteAsync(ended, request.Aborted);
        if (ended.Algorithm != digest.Algorithm)
        {
            if (await blobs.ComputeDigestAsync(blob, digest.Algorithm, request.Aborted) is not { } computed)
            {
                return await RepeatAsync(request, digest);
            }
            if (computed != digest)
            {
                // The parts are used up: unlike after any other wrong digest the upload has to begin anew.
                await uploads.RejectAsync(request.Upload, ended, blob, CancellationToken.None);
                return RegistryError.DigestMismatch(digest, computed);
            }
        }
        await blobs.PublishAsync(request.Repository, digest, blob, ended.Ended!.Value, request.Aborted);
        UploadAnswer.WriteCreated(request, digest);
        return null;
    }

    /// <summary>
    /// The object is gone: either the request that this one repeats found the digest right, and the content was there already, or
    /// it found it wrong. The session tells, which is changed before a wrong object is deleted.
    /// </summary>
    private async Task<RegistryError?> RepeatAsync(RegistryRequest request, Digest digest)
    {
        if (await uploads.FindAsync(request.UploadOwner, request.Upload, request.Aborted) is not { } upload
            || !uploads.CanPublish(upload.Session, digest)
            || !await blobs.TryLinkContentAsync(request.Repository, digest, request.Aborted))
        {
            return RegistryError.UploadUnknown(request.Upload);
        }
        UploadAnswer.WriteCreated(request, digest);
        return null;
    }
}
