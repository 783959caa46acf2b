using System.Diagnostics;
using System.Text.Json;

namespace Berth.Benchmarks.Load;

/// <summary>A listing that a registry answers in pages.</summary>
/// <param name="client">Over which connection.</param>
/// <param name="member">What holds the names: tags or repositories.</param>
internal sealed class Listing(RegistryClient client, string member)
{
    private const int MostPages = 100_000;

    /// <summary>One page.</summary>
    /// <returns>How long it took, the names, and where the next page is.</returns>
    public (TimeSpan Took, IReadOnlyList<string> Names, string? Next) Read(string target)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = client.Connection.Send("GET", target);
        var took = Stopwatch.GetElapsedTime(began);
        RegistryClient.Require(answer, 200);
        return (took, NamesOf(answer), NextOf(answer));
    }

    /// <summary>All pages, following Link.</summary>
    public (TimeSpan Took, int Pages, IReadOnlyList<string> Names) ReadAll(string target, CancellationToken cancellationToken)
    {
        var pages = new List<HttpAnswer>();
        var began = Stopwatch.GetTimestamp();
        for (string? next = target; next is not null && pages.Count < MostPages; next = NextOf(pages[^1]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            pages.Add(RegistryClient.Require(client.Connection.Send("GET", next), 200));
        }

        var took = Stopwatch.GetElapsedTime(began);
        return (took, pages.Count, [.. pages.SelectMany(NamesOf)]);
    }

    private static string? NextOf(HttpAnswer answer) =>
        answer.Head["Link"] is { } link
            ? new Uri(new Uri("http://registry"), link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)]).PathAndQuery
            : null;

    private List<string> NamesOf(HttpAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var names = document.RootElement.GetProperty(member);
        // Distribution's last page holds null where it is empty.
        return names.ValueKind == JsonValueKind.Null ? [] : [.. names.EnumerateArray().Select(name => name.GetString()!)];
    }
}
