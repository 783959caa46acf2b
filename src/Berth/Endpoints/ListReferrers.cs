using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-12a and end-12b: <c>GET /v2/&lt;name&gt;/referrers/&lt;digest&gt;</c> lists the manifests whose subject this is, filtered
/// by <c>artifactType</c>. Always 200: a subject that nobody knows has no referrers. A page has at most 1,000
/// descriptors and about 2 MiB.
/// </summary>
internal sealed class ListReferrers(ReferrerStore referrers)
{
    private const int MostReferrers = 1000;
    private const int MostBytes = 2 * 1024 * 1024; // clients read at most 4 MiB of a manifest

    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (!Paging.TryReadCount(request, MostReferrers, out var count, out var error))
        {
            return error;
        }
        Digest? after = null;
        if (request.Query("last") is { Length: > 0 } last)
        {
            if (!Digest.TryParse(last, out var digest))
            {
                return RegistryError.DigestMalformed(last);
            }
            after = digest;
        }
        // A '+' that was not escaped arrives as a space, which no media type has.
        var artifactType = request.Query("artifactType")?.Replace(' ', '+');
        var filter = string.IsNullOrEmpty(artifactType) ? null : artifactType;

        var (found, next) = await GatherAsync(request, after, count, filter);
        if (filter is not null)
        {
            request.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        }
        if (next is not null)
        {
            Paging.WriteLink(
                request, $"/v2/{request.Repository}/referrers/{request.Digest}", count, next,
                filter is null ? "" : "&artifactType=" + Uri.EscapeDataString(filter));
        }
        await Paging.WriteAsync(
            request, new ReferrerIndex(2, MediaTypes.OciIndex, found), BerthJson.Instance.ReferrerIndex,
            MediaTypes.OciIndex);
        return null;
    }

    /// <returns>The descriptors, and the last digest looked at when others follow.</returns>
    private async Task<(List<Descriptor> Found, string? Next)> GatherAsync(
        RegistryRequest request, Digest? after, int count, string? filter)
    {
        var found = new List<Descriptor>();
        var bytes = 0;
        while (found.Count < count)
        {
            var page = await referrers.ListAsync(
                request.Repository, request.Digest, after, Math.Min(count, Paging.StorePage), request.Aborted);
            for (var i = 0; i < page.Items.Count; i++)
            {
                var (row, descriptor) = page.Items[i];
                after = row;
                if (descriptor is not null && (filter is null || descriptor.ArtifactType == filter))
                {
                    found.Add(descriptor);
                    bytes += BerthJson.Write(descriptor, BerthJson.Instance.Descriptor).Length;
                }
                var more = page.More || i < page.Items.Count - 1;
                if (more && (found.Count == count || bytes >= MostBytes))
                {
                    return (found, row.ToString());
                }
            }
            if (!page.More)
            {
                break;
            }
        }
        return (found, null);
    }
}
