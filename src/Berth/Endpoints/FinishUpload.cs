using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-6: <c>PUT &lt;blob-push-location&gt;?digest=&lt;digest&gt;</c> closes an upload, with its last chunk or the whole
/// blob as body, or none. 201; 400 DIGEST_INVALID (the session stays as it was); 416 out of order; 404.
/// </summary>
internal sealed class FinishUpload(UploadStore uploads, BlobStore blobs)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (!Digest.TryParse(request.Query("digest"), out var digest))
        {
            return RegistryError.DigestMalformed(request.Query("digest"));
        }
        if (await uploads.GetAsync(request.UploadOwner, request.Upload, request.Aborted) is not { } upload)
        {
            return RegistryError.UploadUnknown(request.Upload);
        }
        if (ContentRange.Check(request, upload.Session, out var length) is { } refused)
        {
            return refused;
        }
        await using var writer = uploads.Write(upload.Session, digest.Algorithm);
        var received = await UploadBody.ReceiveAsync(request, writer, length);
        if (received is not null && writer.IsBroken)
        {
            await UploadBody.SaveAsync(request, uploads, upload, writer);
            return received;
        }
        if (received is null && writer.Algorithm == digest.Algorithm && writer.CurrentDigest != digest)
        {
            received = RegistryError.DigestMismatch(digest, writer.CurrentDigest);
        }
        if (received is not null)
        {
            await writer.DiscardAsync(unsaved: null, CancellationToken.None);
            return writer.IsTailGone ? await UploadBody.LostAsync(request, uploads, upload) : received;
        }
        return await CompleteAsync(request, digest, upload, writer);
    }

    private async Task<RegistryError?> CompleteAsync(
        RegistryRequest request, Digest digest, StoredUpload upload, UploadWriter writer)
    {
        if (writer.Received > 0 && upload.Session.StoreUpload is not null)
        {
            // Another PUT may be adding other bytes to the same parts: only one of the two may go on.
            var (session, lost) = await UploadBody.SaveAsync(request, uploads, upload, writer);
            if (lost is not null)
            {
                return lost;
            }
            await using var saved = uploads.Write(session!);
            return await PublishAsync(request, digest, upload with { Session = session! }, saved);
        }
        return await PublishAsync(request, digest, upload, writer);
    }

    private async Task<RegistryError?> PublishAsync(
        RegistryRequest request, Digest digest, StoredUpload upload, UploadWriter writer)
    {
        if (await writer.CompleteAsync(request.Aborted) is not { } blob)
        {
            return await UploadBody.LostAsync(request, uploads, upload);
        }
        var isTail = blob.Object == upload.Session.TailObject;
        if (writer.Algorithm != digest.Algorithm &&
            await blobs.ComputeDigestAsync(blob, digest.Algorithm, request.Aborted) is var computed && computed != digest)
        {
            // The parts are used up: unlike after any other wrong digest the upload has to begin anew.
            await uploads.CancelAsync(request.UploadOwner, request.Upload, CancellationToken.None);
            if (upload.Session.StoreUpload is null && !isTail)
            {
                await uploads.DropAsync(blob, CancellationToken.None);
            }
            return RegistryError.DigestMismatch(digest, computed);
        }
        // A later PATCH would replace the tail and delete its object: claim it before anybody can refer to it.
        if (isTail && !await uploads.TryClaimAsync(request.Upload, upload, request.Aborted))
        {
            return await UploadBody.LostAsync(request, uploads, upload);
        }
        await blobs.PublishAsync(request.Repository, digest, blob, request.Aborted);
        if (!isTail)
        {
            await uploads.FinishAsync(request.Upload, upload.Session, request.Aborted);
        }
        UploadAnswer.WriteCreated(request, digest);
        return null;
    }
}
