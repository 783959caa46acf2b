using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>end-14: <c>DELETE &lt;blob-push-location&gt;</c> drops an upload and its bytes. 204; 404 BLOB_UPLOAD_UNKNOWN.</summary>
internal sealed class CancelUpload(UploadStore uploads)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        // Another request may be adding to the session: what it adds is dropped too.
        while (await uploads.GetAsync(request.Repository, request.Upload, request.Aborted) is { } upload)
        {
            if (await uploads.CancelAsync(request.Upload, upload, request.Aborted))
            {
                request.Response.StatusCode = 204;
                return null;
            }
        }
        return RegistryError.UploadUnknown(request.Upload);
    }
}
