using Berth.Errors;
using Berth.Storage;

namespace Berth.Endpoints.Api;

/// <summary>Pages of the management API: <c>n</c> of 1 to 1,000, 100 where it is absent, <c>last</c> and <c>Link</c>.</summary>
/// <param name="Count">How many are wanted at most.</param>
/// <param name="After">The entry before the first.</param>
internal readonly record struct ApiPage(int Count, string? After)
{
    private const int Usual = 100;
    private const int Most = 1000;

    /// <summary>Reads what page is wanted.</summary>
    public static bool TryRead(RegistryRequest request, out ApiPage page, out RegistryError? error)
    {
        page = default;
        if (!Paging.TryReadCount(request, Most, out var count, out error))
        {
            return false;
        }
        if (count == 0)
        {
            error = RegistryError.QueryInvalid("n must be a number of 1 or more");
            return false;
        }
        page = new(request.Query("n") is null ? Usual : count, request.Query("last") is { Length: > 0 } last ? last : null);
        return true;
    }

    /// <summary>The page of entries that are all there, in the order of their keys.</summary>
    public Page<T> Of<T>(IEnumerable<T> all, Func<T, string> key)
    {
        var after = After;
        var rest = all.Where(one => after is null || string.CompareOrdinal(key(one), after) > 0)
            .OrderBy(key, StringComparer.Ordinal).Take(Count + 1).ToList();
        return new([.. rest.Take(Count)], rest.Count > Count);
    }

    /// <summary>Adds the <c>Link</c> to what follows, where there is more.</summary>
    public void WriteLink<T>(RegistryRequest request, Page<T> page, Func<T, string> key)
    {
        if (page.More && page.Items.Count > 0)
        {
            Paging.WriteLink(request, request.Http.Path.Value!, Count, key(page.Items[^1]));
        }
    }
}
