using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>end-13: <c>GET &lt;blob-push-location&gt;</c> tells how many bytes are durable. 204; 404 BLOB_UPLOAD_UNKNOWN.</summary>
internal sealed class GetUpload(UploadStore uploads)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (await uploads.GetAsync(request.UploadOwner, request.Upload, request.Aborted) is not { } upload)
        {
            return RegistryError.UploadUnknown(request.Upload);
        }
        UploadAnswer.Write(request, 204, request.Upload, upload.Session.Offset);
        return null;
    }
}
