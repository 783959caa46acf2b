using Berth.Auth;
using Berth.Content;
using Berth.Errors;
using Berth.Storage;
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
        var page = await GatherAsync(request, count, after);
        if (page.More)
        {
            Paging.WriteLink(request, "/v2/_catalog", count, page.Items[^1]);
        }
        await Paging.WriteAsync(request, new RepositoryList(page.Items), BerthJson.Instance.RepositoryList);
        return null;
    }

    /// <summary>
    /// Gathers the repositories that the caller may see. A project of which it may see nothing is skipped, for one call more.
    /// </summary>
    private async Task<Page<string>> GatherAsync(RegistryRequest request, int count, string? after)
    {
        var items = new List<string>();
        while (items.Count < count)
        {
            var page = await repositories.ListAsync(after, Math.Min(count - items.Count, Paging.StorePage), request.Aborted);
            var hidden = await AddVisibleAsync(request, page.Items, items);
            if (hidden is null && (!page.More || page.Items.Count == 0))
            {
                return new(items, More: false);
            }
            after = hidden is { } project ? RepositoryStore.LastOf(project) : page.Items[^1];
        }
        // With n=0 nothing was asked for, and the spec wants no Link.
        return new(items, More: count > 0);
    }

    /// <returns>The project that the rest of the page is behind, where the caller may see nothing of it.</returns>
    private static async Task<ProjectName?> AddVisibleAsync(
        RegistryRequest request, IReadOnlyList<string> page, List<string> items)
    {
        foreach (var text in page)
        {
            var name = RepositoryName.TryParse(text, out var parsed)
                ? parsed
                : throw new InvalidDataException($"'{text}' is listed as a repository, and is no name of one");
            var project = ProjectName.Of(name);
            if (await request.Rights.SeesAsync(name, request.Aborted))
            {
                items.Add(text);
            }
            else if (text.StartsWith($"{project}/", StringComparison.Ordinal)
                && await request.Rights.OnAsync(project, request.Aborted) == RepositoryActions.None)
            {
                return project;
            }
        }
        return null;
    }
}
