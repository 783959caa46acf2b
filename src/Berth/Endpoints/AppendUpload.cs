using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-5: <c>PATCH &lt;blob-push-location&gt;</c> appends a chunk of any size; without Content-Range wherever the upload
/// stands. 202; 416 out of order; 404 BLOB_UPLOAD_UNKNOWN. A body that breaks off keeps what came of it.
/// </summary>
internal sealed class AppendUpload(UploadStore uploads)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (await uploads.GetAsync(request.UploadOwner, request.Upload, request.Aborted) is not { } upload)
        {
            return RegistryError.UploadUnknown(request.Upload);
        }
        if (ContentRange.Check(request, upload.Session, out var length) is { } refused)
        {
            return refused;
        }
        await using var writer = uploads.Write(upload);
        var received = await UploadBody.ReceiveAsync(request, writer, length);
        if (received is not null && !writer.IsBroken)
        {
            await writer.DiscardAsync(unsaved: null, CancellationToken.None);
            return writer.IsTailGone ? await UploadBody.LostAsync(request, uploads, upload) : received;
        }
        var (session, lost) = await UploadBody.SaveAsync(request, uploads, upload, writer);
        if (lost is null && received is null)
        {
            UploadAnswer.Write(request, 202, request.Upload, session!.Offset);
        }
        return received ?? lost;
    }
}
