using System.Net;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>A registry to try, which may stop at any moment.</summary>
internal interface IRegistryUnderTest
{
    /// <summary>Where it is.</summary>
    Uri Address { get; }

    /// <summary>Called when the connection broke: sees to it that there is one again, if need be at another address.</summary>
    Task RecoverAsync();
}

/// <summary>Sends requests, and again when they fail.</summary>
internal sealed class RegistryClient(IRegistryUnderTest registry, Ledger ledger) : IDisposable
{
    /// <summary>How often a request is sent. A fault befalls at the most three requests to a store.</summary>
    private const int MaximumTries = 8;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(170), // beyond all that the registry itself waits for
    };

    private readonly List<string> _log = [];

    public Ledger Ledger => ledger;

    /// <summary>What was sent and answered, for messages.</summary>
    public IReadOnlyList<string> Log => _log;

    /// <summary>Sends a request once.</summary>
    /// <returns><see langword="null"/> when no whole answer came.</returns>
    public async Task<Answer?> SendOnceAsync(Func<HttpRequestMessage> create)
    {
        using var request = create();
        var uri = request.RequestUri!.IsAbsoluteUri ? request.RequestUri : new(registry.Address, request.RequestUri);
        request.RequestUri = uri;
        var what = $"{request.Method} {uri.PathAndQuery}";
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var body = await response.Content.ReadAsByteArrayAsync();
            var answer = new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, body);
            _log.Add($"{what} -> {answer.Status} {answer.Header("Range")}");
            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _log.Add($"{what} -> lost: {e.Message}");
            await registry.RecoverAsync();
            return null;
        }
    }

    /// <summary>Sends a request until it is answered with what is no fault.</summary>
    /// <param name="create">The request, relative or absolute.</param>
    /// <returns>The answer, and whether one before it was lost, so that the request may have been carried out before.</returns>
    public async Task<(Answer Answer, bool IsRepeated)> SendAsync(Func<HttpRequestMessage> create)
    {
        for (var tries = 1; tries <= MaximumTries; tries++)
        {
            if (await SendOnceAsync(create) is { IsFault: false } answer)
                return (answer, tries > 1);
        }

        throw Broken("there is no answer after all tries");
    }

    /// <summary>Gets something, following a redirect to the store.</summary>
    public async Task<Answer> GetAsync(string path, string? accept = null, HttpMethod? method = null)
    {
        var (answer, _) = await SendAsync(() =>
        {
            var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(path, UriKind.Relative));
            if (accept is not null)
                request.Headers.TryAddWithoutValidation("Accept", accept);
            return request;
        });
        if (answer.Status != (int)HttpStatusCode.TemporaryRedirect)
            return answer;
        var store = new Uri(answer.Header("Location")!);
        return (await SendAsync(() => new(HttpMethod.Get, store))).Answer;
    }

    /// <summary>Fails unless an answer has one of the statuses.</summary>
    public Answer Require(Answer answer, string what, params int[] statuses) =>
        statuses.Contains(answer.Status) ? answer : throw Broken($"{what} was answered {answer}");

    public PromiseBrokenException Broken(string message) =>
        new($"{message}\n  {string.Join("\n  ", _log.TakeLast(25))}");

    public void Dispose() => _http.Dispose();
}
