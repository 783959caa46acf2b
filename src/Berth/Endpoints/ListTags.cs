using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-8a and end-8b: <c>GET /v2/&lt;name&gt;/tags/list</c> in ordinal order, with <c>n</c>, <c>last</c> and <c>Link</c>. At most
/// 10,000 tags in one answer. 404 NAME_UNKNOWN.
/// </summary>
internal sealed class ListTags(TagStore tags, RepositoryStore repositories)
{
    private const int MostTags = 10_000;

    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (!Paging.TryReadCount(request, MostTags, out var count, out var error))
        {
            return error;
        }
        string? after = null;
        if (request.Query("last") is { Length: > 0 } last)
        {
            if (!Tag.TryParse(last, out _))
            {
                return RegistryError.TagInvalid(last);
            }
            after = last;
        }
        var name = request.Repository;
        var page = await Paging.GatherAsync(
            count, after, (from, limit) => tags.ListAsync(name, from, limit, request.Aborted));
        if (page.Items.Count == 0 && !await repositories.ExistsAsync(name, request.Aborted))
        {
            return RegistryError.NameUnknown(name);
        }
        if (page.More)
        {
            Paging.WriteLink(request, $"/v2/{name}/tags/list", count, page.Items[^1]);
        }
        await Paging.WriteAsync(request, new TagList(name.ToString(), page.Items), BerthJson.Instance.TagList);
        return null;
    }
}
