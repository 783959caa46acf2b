using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Which repositories exist: those that a manifest was pushed to.</summary>
internal sealed class RepositoryStore(IRecordStore records, TimeProvider time)
{
    public async Task EnsureAsync(RepositoryName name, CancellationToken cancellationToken)
    {
        if (!name.ToString().Contains('/', StringComparison.Ordinal))
        {
            // The project library's are all over the list: for who sees few others, they are listed beside it.
            await records.EnsureAsync(
                new(RecordLayout.SeenProjects(RecordLayout.Library), RecordLayout.Encode(name.ToString())),
                ReadOnlyMemory<byte>.Empty, cancellationToken);
        }
        await records.EnsureAsync(
            RecordLayout.Repository(name),
            BerthJson.Write(new RepositoryRecord(time.GetUtcNow()), BerthJson.Instance.RepositoryRecord),
            cancellationToken);
    }

    public async Task<bool> ExistsAsync(RepositoryName name, CancellationToken cancellationToken) =>
        await records.GetAsync(RecordLayout.Repository(name), cancellationToken) is not null;

    /// <summary>Whether a project has any; library, whose repositories are all over the list, is said to have some.</summary>
    public async Task<bool> AnyAsync(ProjectName project, CancellationToken cancellationToken) =>
        project.IsLibrary
        || (await ListAsync($"{project}/", limit: 1, cancellationToken)).Items is [{ } first]
            && string.CompareOrdinal(first, LastOf(project)) < 0;

    /// <summary>A text that comes after every repository of a project, and before those of the next.</summary>
    public static string LastOf(ProjectName project) => $"{project}/~";

    /// <summary>Names in ordinal order, after the given one.</summary>
    public async Task<Page<string>> ListAsync(
        string? after, int limit, CancellationToken cancellationToken)
    {
        var last = after is null ? null : RecordLayout.Encode(after);
        var page = await records.ListRowsAsync(RecordLayout.Repositories, last, limit, cancellationToken);
        return new([.. page.Items.Select(RecordLayout.Decode)], page.More);
    }
}
