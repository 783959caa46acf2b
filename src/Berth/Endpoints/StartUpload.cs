using System.Globalization;
using Berth.Auth;
using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-4a, end-4b, end-4c and end-11: <c>POST /v2/&lt;name&gt;/blobs/uploads/</c>. 202 with a new session; with
/// <c>digest</c> the body is the blob (201); with <c>mount</c> the blob of another repository (<c>from</c>, or any) is
/// linked (201), or else a session begun. 400 DIGEST_INVALID, NAME_INVALID.
/// </summary>
internal sealed class StartUpload(UploadStore uploads, BlobStore blobs)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        var algorithm = DigestAlgorithm.Sha256;
        if (request.Query("mount") is { } mount)
        {
            if (!Digest.TryParse(mount, out var digest))
            {
                return RegistryError.DigestMalformed(mount);
            }
            var (error, mounted) = await TryMountAsync(request, digest);
            if (error is not null || mounted)
            {
                return error;
            }
            algorithm = digest.Algorithm; // of the upload that follows
        }
        else if (request.Query("digest") is { } given)
        {
            return Digest.TryParse(given, out var digest)
                ? await PushAsync(request, digest)
                : RegistryError.DigestMalformed(given);
        }
        if (request.Query("digest-algorithm") is { } name)
        {
            switch (name)
            {
                case "sha256":
                    algorithm = DigestAlgorithm.Sha256;
                    break;
                case "sha512":
                    algorithm = DigestAlgorithm.Sha512;
                    break;
                default:
                    return RegistryError.AlgorithmUnknown(name);
            }
        }
        var id = await uploads.StartAsync(request.UploadOwner, algorithm, request.Aborted);
        request.Response.Headers["OCI-Chunk-Min-Length"] =
            uploads.MinimumChunkSize.ToString(CultureInfo.InvariantCulture);
        UploadAnswer.Write(request, 202, id, offset: 0);
        return null;
    }

    private async Task<(RegistryError? Error, bool Mounted)> TryMountAsync(RegistryRequest request, Digest digest)
    {
        StoredBlob? blob;
        var mark = blobs.Mark();
        if (request.Query("from") is { Length: > 0 } from)
        {
            if (!RepositoryName.TryParse(from, out var source))
            {
                return (RegistryError.NameInvalid(from), false);
            }
            blob = await request.Rights.AllowAsync(source, RepositoryActions.Pull, request.Aborted)
                ? await blobs.GetAsync(source, digest, request.Aborted)
                : null; // answered like a source that is not there
        }
        else
        {
            blob = await blobs.FindAnywhereAsync(digest, request.Rights, request.Aborted);
        }
        if (blob is null || !await blobs.TryLinkAsync(request.Repository, digest, blob, mark, request.Aborted))
        {
            return (null, false);
        }
        UploadAnswer.WriteCreated(request, digest);
        return (null, true);
    }

    /// <summary>end-4b: the whole blob in one request.</summary>
    private async Task<RegistryError?> PushAsync(RegistryRequest request, Digest digest)
    {
        var upload = await uploads.IntendAsync(request.UploadOwner, digest, request.Aborted);
        await using var writer = uploads.Write(upload);
        var error = await UploadBody.ReceiveAsync(request, writer, request.Http.ContentLength);
        if (error is null && await writer.ComputeDigestAsync() is var computed && computed != digest)
        {
            error = RegistryError.DigestMismatch(digest, computed);
        }
        if (error is not null)
        {
            await writer.DiscardAsync(unsaved: null, CancellationToken.None);
            return error;
        }
        var (blob, ended) = await uploads.CompleteAsync(request.UploadOwner, upload, writer, request.Aborted);
        await blobs.PublishAsync(request.Repository, digest, blob, ended, request.Aborted);
        UploadAnswer.WriteCreated(request, digest);
        return null;
    }
}
