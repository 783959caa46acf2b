using Berth.Content;
using Berth.Errors;
using Berth.Storage;
using Berth.Stores;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints;

/// <summary>
/// end-2: <c>GET|HEAD /v2/&lt;name&gt;/blobs/&lt;digest&gt;</c>. 200 with the blob, 206 with ranges of it (RFC 9110,
/// section 14), 307 to the store where it can sign a URL; HEAD never redirects. 404 BLOB_UNKNOWN. A 200 that is complete has the
/// bytes of the digest: else the connection breaks.
/// </summary>
internal sealed class GetBlob(BlobStore blobs, IObjectStore objects, RegistryOptions options, ProvenFiles proven)
{
    private const string OneYear = "max-age=31536000, immutable";

    private readonly RedirectRule _redirects = new(options);

    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        // Who is told by HEAD that the blob is there does not upload it: it has to stay.
        var found = request.IsHead
            ? await blobs.KeepAsync(request.Repository, request.Digest, request.Aborted)
            : await blobs.GetAsync(request.Repository, request.Digest, request.Aborted);
        if (found is not { } blob)
        {
            return RegistryError.BlobUnknown(request.Digest);
        }
        var headers = request.Response.Headers;
        var tag = $"\"{request.Digest}\"";
        headers["Docker-Content-Digest"] = request.Digest.ToString();
        headers.ETag = tag;
        headers.CacheControl = OneYear;
        headers.AcceptRanges = "bytes";
        if (IfNoneMatch.Holds(request.Http, tag))
        {
            request.Response.StatusCode = StatusCodes.Status304NotModified;
            return null;
        }
        if (request.IsHead)
        {
            request.Response.ContentType = MediaTypes.OctetStream;
            request.Response.ContentLength = blob.Size;
            return null;
        }
        var range = request.Http.Headers.Range.ToString();
        var ranges = ByteRange.Parse(range, blob.Size);
        // A range that cannot be satisfied is refused here: no store does so with an error of the spec.
        if (ranges is not [] && ByteRange.IsKnownToStores(range) && _redirects.Allows(request)
            && await SignAsync(request, blob) is { } uri)
        {
            // The URL is a secret for its lifetime: no cache may hand it to somebody else.
            headers.CacheControl = "no-store";
            headers.Location = uri.AbsoluteUri;
            request.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            return null;
        }
        var isStale = request.Http.Headers.IfRange is [var condition] && condition != tag;
        return await SendAsync(request, blob, isStale ? null : ranges);
    }

    private Task<Uri?> SignAsync(RegistryRequest request, StoredBlob blob) =>
        objects.CreateReadUriAsync(
            blob.Object,
            new ReadUriOptions(options.RedirectLifetime, MediaTypes.OctetStream, request.Digest.ToString()),
            request.Aborted);

    private async Task<RegistryError?> SendAsync(
        RegistryRequest request, StoredBlob blob, IReadOnlyList<ByteRange>? ranges)
    {
        var content = new BlobContent(objects, blob, request);
        switch (ranges)
        {
            case null:
                request.Response.ContentType = MediaTypes.OctetStream;
                await content.SendWholeAsync(request.Digest, proven);
                break;
            case []:
                return RegistryError.RangeNotSatisfiable(blob.Size);
            case [var range]:
                request.Response.StatusCode = StatusCodes.Status206PartialContent;
                request.Response.ContentType = MediaTypes.OctetStream;
                request.Response.Headers.ContentRange = range.ContentRange(blob.Size);
                await content.SendAsync(range);
                break;
            default:
                request.Response.StatusCode = StatusCodes.Status206PartialContent;
                await content.SendAsync(ranges);
                break;
        }
        return null;
    }
}
