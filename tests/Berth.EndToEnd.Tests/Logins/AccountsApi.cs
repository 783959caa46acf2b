using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Berth.EndToEnd.Tests.Logins;

/// <summary>The management API, as one person uses it.</summary>
public sealed class AccountsApi(Uri address, string name, string password) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromMinutes(1),
        DefaultRequestHeaders =
        {
            Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))),
        },
    };

    /// <summary>Sends a request that must succeed.</summary>
    public async Task<JsonNode?> SendAsync(string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new(method), "/api/v1/" + path)
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public void Dispose() => _http.Dispose();
}
