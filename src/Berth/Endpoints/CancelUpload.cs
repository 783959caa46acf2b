using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>end-14: <c>DELETE &lt;blob-push-location&gt;</c> drops an upload and its bytes. 204; 404 BLOB_UPLOAD_UNKNOWN.</summary>
internal sealed class CancelUpload(UploadStore uploads)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (!await uploads.CancelAsync(request.UploadOwner, request.Upload, request.Aborted))
        {
            return RegistryError.UploadUnknown(request.Upload);
        }
        request.Response.StatusCode = 204;
        return null;
    }
}
