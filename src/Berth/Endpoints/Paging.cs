using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Content;
using Berth.Errors;
using Berth.Storage;

namespace Berth.Endpoints;

/// <summary>What the three listings have in common: <c>n</c>, pages from the store, <c>Link</c>, JSON.</summary>
internal static class Paging
{
    /// <summary>The most entries of one call to a store.</summary>
    public const int StorePage = 1000;

    /// <summary>Reads <c>n</c>; where it is absent or greater, <paramref name="most"/> stands.</summary>
    public static bool TryReadCount(
        RegistryRequest request, int most, out int count, [NotNullWhen(false)] out RegistryError? error)
    {
        count = most;
        error = null;
        if (request.Query("n") is not { } text)
        {
            return true;
        }
        if (text.Length == 0 || !text.All(char.IsAsciiDigit))
        {
            error = RegistryError.QueryInvalid("n must be a number of 0 or more");
            return false;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            count = Math.Min(number, most);
        }
        return true;
    }

    /// <summary>Gathers entries until there are enough, or no more.</summary>
    /// <param name="count">How many are wanted.</param>
    /// <param name="after">The entry before the first.</param>
    /// <param name="list">Lists one page of the store.</param>
    public static async Task<Page<string>> GatherAsync(
        int count, string? after, Func<string?, int, Task<Page<string>>> list)
    {
        var items = new List<string>();
        while (items.Count < count)
        {
            var page = await list(after, Math.Min(count - items.Count, StorePage));
            items.AddRange(page.Items);
            if (!page.More || page.Items.Count == 0)
            {
                return new(items, More: false);
            }
            after = page.Items[^1];
        }
        // With n=0 nothing was asked for, and the spec wants no Link.
        return new(items, More: count > 0);
    }

    /// <summary>Adds the <c>Link</c> to the next page (RFC 5988).</summary>
    public static void WriteLink(RegistryRequest request, string path, int count, string last, string more = "") =>
        request.Response.Headers.Link = string.Create(
            CultureInfo.InvariantCulture,
            $"<{request.Http.PathBase}{path}?n={count}&last={Uri.EscapeDataString(last)}{more}>; rel=\"next\"");

    public static async Task WriteAsync<T>(
        RegistryRequest request, T value, JsonTypeInfo<T> type, string contentType = MediaTypes.Json)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        request.Response.ContentType = contentType;
        request.Response.ContentLength = body.Length;
        request.Bytes = body.Length;
        await request.Response.Body.WriteAsync(body, request.Aborted);
    }
}
