using Berth.Accounts;
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
/// <param name="repositories">All of them.</param>
/// <param name="index">Tells where to look for those who see few; <see langword="null"/> where everybody sees all.</param>
internal sealed class ListRepositories(RepositoryStore repositories, ProjectIndex? index)
{
    private const int MostRepositories = 1000;

    /// <summary>The fewest to ask the store for: where many are hidden, a page of few would be many calls.</summary>
    private const int LeastPage = 100;

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
    /// Gathers the repositories that the caller may see, and one more than wanted: whether there is another page must not
    /// depend on what the caller may not see.
    /// </summary>
    private async Task<Page<string>> GatherAsync(RegistryRequest request, int count, string? after)
    {
        var items = new List<string>();
        if (count == 0)
        {
            return new(items, More: false); // nothing was asked for, and the spec wants no Link
        }
        var principal = request.Rights.Caller.Principal;
        if (index is null || principal.IsAdministrator || principal.Kind == PrincipalKind.Workload)
        {
            await AddAsync(request, after, end: null, count + 1, items);
        }
        else
        {
            await AddSeenAsync(request, index, after, count + 1, items);
        }
        return new([.. items.Take(count)], More: items.Count > count);
    }

    /// <summary>Adds what a caller sees who sees few: of each project that may be one of them, if it is.</summary>
    private async Task AddSeenAsync(
        RegistryRequest request, ProjectIndex seen, string? after, int enough, List<string> items)
    {
        var first = after?.IndexOf('/', StringComparison.Ordinal) is { } slash and >= 0 ? after[..(slash + 1)] : null;
        if (first is not null)
        {
            await AddProjectAsync(request, first, after, enough, items);
        }
        var library = await MayPullAsync(request, ProjectName.Library);
        await foreach (var entry in seen.ReadAsync(
            request.Rights.Caller.Principal, library, first ?? after, request.Aborted))
        {
            if (items.Count >= enough)
            {
                return;
            }
            if (entry.EndsWith('/'))
            {
                await AddProjectAsync(request, entry, entry, enough, items);
            }
            else if (await request.Rights.SeesAsync(Parse(entry), request.Aborted))
            {
                items.Add(entry);
            }
        }
    }

    private async Task AddProjectAsync(
        RegistryRequest request, string entry, string? after, int enough, List<string> items)
    {
        if (ProjectName.TryParse(entry[..^1], out var project) && await MayPullAsync(request, project))
        {
            await AddAsync(request, after, RepositoryStore.LastOf(project), enough, items);
        }
    }

    /// <summary>Adds those after a name and before another that the caller may see, until there are enough.</summary>
    private async Task AddAsync(RegistryRequest request, string? after, string? end, int enough, List<string> items)
    {
        while (items.Count < enough)
        {
            var limit = Math.Clamp(enough - items.Count, LeastPage, Paging.StorePage);
            var page = await repositories.ListAsync(after, limit, request.Aborted);
            foreach (var name in page.Items)
            {
                if (items.Count == enough || (end is not null && string.CompareOrdinal(name, end) > 0))
                {
                    return;
                }
                if (await request.Rights.SeesAsync(Parse(name), request.Aborted))
                {
                    items.Add(name);
                }
            }
            if (!page.More || page.Items.Count == 0)
            {
                return;
            }
            after = page.Items[^1];
        }
    }

    private static async Task<bool> MayPullAsync(RegistryRequest request, ProjectName project) =>
        (await request.Rights.OnAsync(project, request.Aborted)).HasFlag(RepositoryActions.Pull);

    private static RepositoryName Parse(string text) => RepositoryName.TryParse(text, out var name)
        ? name
        : throw new InvalidDataException($"'{text}' is listed as a repository, and is no name of one");
}
