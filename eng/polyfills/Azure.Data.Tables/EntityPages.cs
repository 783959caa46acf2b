using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>The pages of a query, each fetched when it is asked for.</summary>
/// <param name="fetch">Fetches the page that a continuation token names, of a size if one is given.</param>
internal sealed class EntityPages<T>(Func<string?, int?, Task<Page<T>>> fetch) : AsyncPageable<T>
    where T : notnull
{
    /// <summary>The token that names the next page: the two headers with a space between, which they cannot have.</summary>
    public static string? Token(ResponseHeaders headers)
    {
        headers.TryGetValue("x-ms-continuation-NextPartitionKey", out var partitionKey);
        headers.TryGetValue("x-ms-continuation-NextRowKey", out var rowKey);
        return partitionKey is null && rowKey is null ? null : $"{partitionKey} {rowKey}";
    }

    /// <summary>The two halves of a token; one without a row is of a page that begins a partition.</summary>
    public static (string? PartitionKey, string? RowKey) Split(string? token) =>
        token?.Split(' ', 2) switch
        {
            null => (null, null),
            [var partitionKey, ""] => (partitionKey, null),
            [var partitionKey, var rowKey] => (partitionKey, rowKey),
            _ => throw new ArgumentException("This is no continuation token.", nameof(token)),
        };

    /// <inheritdoc/>
    public override async IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        do
        {
            var page = await fetch(continuationToken, pageSizeHint).ConfigureAwait(false);
            yield return page;
            continuationToken = page.ContinuationToken;
        }
        while (continuationToken is not null);
    }
}
