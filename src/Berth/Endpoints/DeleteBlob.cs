using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-10: <c>DELETE /v2/&lt;name&gt;/blobs/&lt;digest&gt;</c> takes the blob out of this repository; others keep it. 202; 404
/// BLOB_UNKNOWN; 405 UNSUPPORTED where deleting is switched off.
/// </summary>
internal sealed class DeleteBlob(BlobStore blobs)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (!await blobs.UnlinkAsync(request.Repository, request.Digest, request.Aborted))
        {
            return RegistryError.BlobUnknown(request.Digest);
        }
        request.Response.StatusCode = 202;
        request.Response.ContentLength = 0;
        return null;
    }
}
