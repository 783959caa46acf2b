using System.Net.Http.Headers;
using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>A request whose every detail is the test's, to be spoilt after it was signed.</summary>
internal sealed class RawRequest
{
    public string Method { get; set; } = "GET";

    /// <summary>The path, decoded: slash, bucket, slash and key.</summary>
    public string Path { get; set; } = "/";

    public List<(string Name, string Value)> Query { get; } = [];

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public byte[] Body { get; set; } = [];

    /// <summary>Sends it as it is.</summary>
    public async Task<RawAnswer> SendAsync(Uri endpoint)
    {
        var query = string.Join('&', Query.Select(pair => $"{PercentEncoding.Encode(pair.Name)}={PercentEncoding.Encode(pair.Value)}"));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            new(Method), new Uri(endpoint, $"{PercentEncoding.Encode(Path, kept: "/")}{(query.Length > 0 ? "?" : "")}{query}"));
        if (Method is "PUT" or "POST")
        {
            request.Content = new ByteArrayContent(Body);
        }

        foreach (var (name, value) in Headers)
        {
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent(Body);
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await client.SendAsync(request);
        return new(
            (int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }
}

/// <summary>What came back.</summary>
internal sealed record RawAnswer(int Status, string Text, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    /// <summary>The code of the error, or empty.</summary>
    public string Code => Between("<Code>", "</Code>");

    /// <summary>What stands first between two pieces of text, or empty.</summary>
    public string Between(string from, string to)
    {
        var start = Text.IndexOf(from, StringComparison.Ordinal);
        return start < 0 ? "" : Text[(start + from.Length)..Text.IndexOf(to, start + from.Length, StringComparison.Ordinal)];
    }

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(',', values) : null;
}
