using Berth.Content;
using Berth.Errors;
using Berth.Stores;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints;

/// <summary>
/// end-3: <c>GET|HEAD /v2/&lt;name&gt;/manifests/&lt;tag-or-digest&gt;</c>. 200 with the bytes and the Content-Type that were
/// pushed, whatever the client accepts: converting would change the digest. Bytes that are not the digest's are never sent: 500.
/// 404 MANIFEST_UNKNOWN.
/// </summary>
internal sealed class GetManifest(ManifestStore manifests, TagStore tags)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        var digest = request.Reference.Digest;
        if (request.Reference.Tag is { } tag)
        {
            digest = await tags.GetAsync(request.Repository, tag, request.Aborted);
        }
        if (digest is not { } found ||
            await manifests.GetAsync(request.Repository, found, request.Aborted) is not { } manifest)
        {
            return RegistryError.ManifestUnknown(request.Reference);
        }
        var headers = request.Response.Headers;
        var entityTag = $"\"{found}\"";
        headers["Docker-Content-Digest"] = found.ToString();
        headers.ETag = entityTag;
        if (IfNoneMatch.Holds(request.Http, entityTag))
        {
            request.Response.StatusCode = StatusCodes.Status304NotModified;
            return null;
        }
        request.Response.ContentType = manifest.Facts.MediaType;
        request.Response.ContentLength = manifest.Facts.Size;
        if (request.IsHead)
        {
            return null;
        }
        if (await manifests.ReadAsync(manifest, request.Aborted) is not { } content)
        {
            request.Response.ContentLength = null;
            return RegistryError.ManifestUnknown(request.Reference);
        }
        if (Digest.Of(found.Algorithm, content.Span) != found)
        {
            throw new InvalidDataException($"the manifest {found} of {request.Repository} is stored with other bytes");
        }
        request.Bytes = content.Length;
        await request.Response.Body.WriteAsync(content, request.Aborted);
        return null;
    }
}
