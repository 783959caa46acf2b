using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-9: <c>DELETE /v2/&lt;name&gt;/manifests/&lt;tag-or-digest&gt;</c>. A tag alone goes; a digest goes with the tags that name
/// it and its place among the referrers. 202; 404 MANIFEST_UNKNOWN; 405 UNSUPPORTED where deleting is switched off.
/// </summary>
internal sealed class DeleteManifest(TagStore tags, ManifestRemoval removal)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        var deleted = request.Reference.Tag is { } tag
            ? await tags.DeleteAsync(request.Repository, tag, request.Aborted)
            : await removal.DeleteAsync(request.Repository, request.Reference.Digest!.Value, request.Aborted);
        if (!deleted)
        {
            return RegistryError.ManifestUnknown(request.Reference);
        }
        request.Response.StatusCode = 202;
        request.Response.ContentLength = 0;
        return null;
    }
}
