using Berth.Content;
using Berth.Errors;
using Berth.Stores;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints;

/// <summary>
/// end-3: <c>GET|HEAD /v2/&lt;name&gt;/manifests/&lt;tag-or-digest&gt;</c>. 200 with the bytes and the Content-Type that were
/// pushed, whatever the client accepts: converting would change the digest. 404 MANIFEST_UNKNOWN.
/// </summary>
internal sealed class GetManifest(ManifestStore manifests, TagStore tags)
{
    /// <summary>How often a manifest's object may vanish under a reader.</summary>
    private const int MostTries = 5;

    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await FindAsync(request) is not var (digest, manifest))
            {
                return RegistryError.ManifestUnknown(request.Reference);
            }
            var entityTag = $"\"{digest}\"";
            var isCurrent = IfNoneMatch.Holds(request.Http, entityTag);
            ReadOnlyMemory<byte>? content = null;
            if (!isCurrent && !request.IsHead)
            {
                content = await manifests.ReadAsync(manifest, request.Aborted);
                if (content is null)
                {
                    // Its object goes when it is deleted or pushed with another media type: its record tells which.
                    continue;
                }
                if (Digest.Of(digest.Algorithm, content.Value.Span) != digest)
                {
                    throw new InvalidDataException(
                        $"the manifest {digest} of {request.Repository} is stored with other bytes");
                }
            }
            var headers = request.Response.Headers;
            headers["Docker-Content-Digest"] = digest.ToString();
            headers.ETag = entityTag;
            if (isCurrent)
            {
                request.Response.StatusCode = StatusCodes.Status304NotModified;
                return null;
            }
            request.Response.ContentType = manifest.Facts.MediaType;
            request.Response.ContentLength = manifest.Facts.Size;
            if (content is { } bytes)
            {
                request.Bytes = bytes.Length;
                await request.Response.Body.WriteAsync(bytes, request.Aborted);
            }
            return null;
        }
        throw new InvalidDataException($"the object of the manifest {request.Reference} is gone");
    }

    private async Task<(Digest Digest, StoredManifest Manifest)?> FindAsync(RegistryRequest request)
    {
        if (request.Reference.Tag is not { } tag)
        {
            var given = request.Reference.Digest!.Value;
            return await manifests.GetAsync(request.Repository, given, request.Aborted) is { } known ? (given, known) : null;
        }
        var named = await tags.GetAsync(request.Repository, tag, request.Aborted);
        while (named is { } digest)
        {
            if (await manifests.GetAsync(request.Repository, digest, request.Aborted) is { } manifest)
            {
                return (digest, manifest);
            }
            // Deleted. The tag may name another one by now, and would never have been without.
            named = await tags.GetAsync(request.Repository, tag, request.Aborted);
            if (named == digest)
            {
                return null;
            }
        }
        return null;
    }
}
