using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// <c>GET /v2/_catalog</c> of the Docker registry API: repositories in ordinal order, with <c>n</c>, <c>last</c> and
/// <c>Link</c>. At most 1,000 in one answer.
/// </summary>
internal sealed class ListRepositories(RepositoryStore repositories)
{
    private const int MostRepositories = 1000;

    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (!Paging.TryReadCount(request, MostRepositories, out var count, out var error))
        {
            return error;
        }
        string? after = null;
        if (request.Query("last") is { Length: > 0 } last)
        {
            if (!RepositoryName.TryParse(last, out _))
            {
                return RegistryError.NameInvalid(last);
            }
            after = last;
        }
        var page = await Paging.GatherAsync(
            count, after, (from, limit) => repositories.ListAsync(from, limit, request.Aborted));
        if (page.More)
        {
            Paging.WriteLink(request, "/v2/_catalog", count, page.Items[^1]);
        }
        await Paging.WriteAsync(request, new RepositoryList(page.Items), BerthJson.Instance.RepositoryList);
        return null;
    }
}
