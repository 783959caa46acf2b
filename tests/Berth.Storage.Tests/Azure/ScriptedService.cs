using System.Net;
using System.Net.Http.Json;

namespace Berth.Storage.Tests.Azure;

/// <summary>Answers requests with what a test says, one after the other, and keeps what it was asked.</summary>
internal sealed class ScriptedService : HttpMessageHandler
{
    private readonly Queue<Func<HttpRequestMessage, HttpResponseMessage>> _answers = new();

    /// <summary>Method and address of each request: <c>GET https://host/path?query</c>.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The body of each request that had one.</summary>
    public List<string> Bodies { get; } = [];

    /// <summary>The authorization of each request.</summary>
    public List<string?> Authorizations { get; } = [];

    /// <summary>How many answers were not asked for.</summary>
    public int Left => _answers.Count;

    /// <summary>Answers with a status, an error's code or a body, and headers.</summary>
    public ScriptedService Answer(
        int status, string? code = null, object? body = null, params (string Name, string Value)[] headers)
    {
        if (code is not null)
        {
            body = new Dictionary<string, object> { ["odata.error"] = new { code, message = new { value = "No." } } };
        }

        _answers.Enqueue(request =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status)
            {
                RequestMessage = request,
                Content = body is null ? new StringContent("") : JsonContent.Create(body),
            };
            foreach (var (name, value) in headers)
            {
                response.Headers.Add(name, value);
            }

            return response;
        });
        return this;
    }

    /// <summary>Loses the answer.</summary>
    public ScriptedService Lose(Exception exception)
    {
        _answers.Enqueue(_ => throw exception);
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add($"{request.Method} {request.RequestUri!.AbsoluteUri}");
        Authorizations.Add(request.Headers.Authorization?.ToString());
        if (request.Content is not null)
        {
            Bodies.Add(await request.Content.ReadAsStringAsync(cancellationToken));
        }

        return _answers.TryDequeue(out var answer)
            ? answer(request)
            : throw new InvalidOperationException($"No answer for {Requests[^1]}");
    }
}
