using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Berth.Cli.Management;

/// <summary>The management API of one registry, with one login or none.</summary>
internal sealed partial class RegistryApi : IDisposable
{
    /// <summary>What all its paths begin with.</summary>
    private const string Root = "/api/v1/";

    /// <summary>The most entries that a registry gives at once.</summary>
    private const int LargestPage = 1000;

    /// <summary>How many pages are asked for at most, so that no registry keeps a command from ending.</summary>
    private const int MostPages = 10_000;

    private readonly HttpClient _http;

    public RegistryApi(RegistryAddress address, Login? login)
    {
        (Address, Login, _http) = (address, login, HttpAccess.Open(address.Url));
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (login is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Secret}")));
        }
    }

    public RegistryAddress Address { get; }

    public Login? Login { get; }

    /// <summary>A path of several names, each of them one segment whatever it is.</summary>
    /// <exception cref="CommandException">A name would be no segment.</exception>
    public static string Path(params ReadOnlySpan<string> names)
    {
        var path = new StringBuilder();
        foreach (var name in names)
        {
            // These are parts of no path: whoever resolves one takes them away, and another thing is named.
            if (name is "" or "." or "..")
                throw new CommandException($"“{name}” is no name");
            path.Append(path.Length == 0 ? "" : "/").Append(Uri.EscapeDataString(name));
        }
        return path.ToString();
    }

    /// <summary>Asks for something, or changes something.</summary>
    /// <param name="method">What to do.</param>
    /// <param name="path">To what, below <c>/api/v1/</c>.</param>
    /// <param name="body">With what.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer's JSON; an object without members where the answer has no content.</returns>
    /// <exception cref="RefusedException">The registry refused it.</exception>
    /// <exception cref="CommandException">There is no such registry.</exception>
    public async Task<JsonObject> SendAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, Root + path, Content(body), cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    public Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, body: null, cancellationToken);

    /// <summary>Reads a list, page after page.</summary>
    /// <param name="path">Which one, below <c>/api/v1/</c>, with its query.</param>
    /// <param name="member">The member of the answers that holds it.</param>
    /// <param name="limit">How many entries are wanted at most.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The entries, and whether there are more.</returns>
    public async Task<(IReadOnlyList<JsonNode> Items, bool More)> ListAsync(
        string path, string member, int limit, CancellationToken cancellationToken)
    {
        var items = new List<JsonNode>();
        var separator = path.Contains('?') ? '&' : '?';
        var next = string.Create(
            CultureInfo.InvariantCulture, $"{Root}{path}{separator}n={Math.Clamp(limit, 1, LargestPage)}");
        for (var pages = 0; pages < MostPages; pages++)
        {
            using var response = await SendAsync(HttpMethod.Get, next, content: null, cancellationToken);
            var answer = await ReadAsync(response, cancellationToken);
            items.AddRange((answer[member] as JsonArray ?? throw Strange()).OfType<JsonNode>());
            var following = NextPage(response);
            if (following is null || items.Count >= limit)
                return (items.Take(limit).ToList(), following is not null || items.Count > limit);
            if (following == next)
                break;
            next = following;
        }
        throw new CommandException($"{Address} does not come to the end of its list");
    }

    public void Dispose() => _http.Dispose();

    private static ByteArrayContent? Content(JsonObject? body)
    {
        if (body is null)
            return null;
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        return await HttpAccess.SendAsync(_http, request, cancellationToken);
    }

    private async Task<JsonObject> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var json = await ParseAsync(response, cancellationToken);
        if (status >= 400)
        {
            throw json?["errors"] is JsonArray errors
                ? new RefusedException(status, ErrorText.Of(response, errors, Address, Login))
                : Strange(status);
        }
        return response.StatusCode == HttpStatusCode.NoContent ? [] : json ?? throw Strange(status);
    }

    private static async Task<JsonObject?> ParseAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The path of the next page: of the same registry, whatever the header says.</summary>
    private string? NextPage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links)
            || links.Select(link => NextLink().Match(link)).FirstOrDefault(match => match.Success) is not { } found)
        {
            return null;
        }
        return Uri.TryCreate(Address.Url, found.Groups[1].Value, out var url)
            && url.GetLeftPart(UriPartial.Authority) == Address.ToString()
            && url.AbsolutePath.StartsWith(Root, StringComparison.Ordinal)
            ? url.PathAndQuery
            : throw new CommandException($"{Address} names another server for the rest of its list");
    }

    private CommandException Strange(int? status = null) => new(
        $"{Address} is no registry of Berth with accounts, or one of another age"
        + (status is null ? "" : string.Create(CultureInfo.InvariantCulture, $" (it answers with status {status})")));

    [GeneratedRegex("""<([^>]*)>\s*;\s*rel="?next"?""")]
    private static partial Regex NextLink();
}
