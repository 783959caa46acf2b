using Berth.Content;
using Berth.Errors;
using Berth.Storage;
using Berth.Stores;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints;

/// <summary>
/// For orchestrators: <c>/healthz</c> says that the process answers, <c>/readyz</c> that its store does and that requests may come:
/// 200, or 503 with what is wrong.
/// </summary>
internal sealed class CheckHealth(IRecordStore records, IObjectStore objects, TimeProvider time)
{
    private const string Ok = """{"status":"ok"}""";

    /// <summary>An object that never is.</summary>
    private const string Nothing = "objects/00/readyz";

    private readonly StoreHealth _stores = new(
        [
            ("records", token => records.ListRowsAsync(RecordLayout.Repositories, after: null, limit: 1, token)),
            ("objects", token => objects.StatAsync(Nothing, token)),
        ],
        time);

    public static async Task<RegistryError?> AliveAsync(RegistryRequest request)
    {
        request.Response.ContentType = MediaTypes.Json;
        await request.Response.WriteAsync(Ok, request.Aborted);
        return null;
    }

    public async Task<RegistryError?> ReadyAsync(RegistryRequest request)
    {
        var failing = (await _stores.CheckAsync(request.Aborted)).Where(store => store.Problem is not null).ToList();
        if (failing.Count == 0 && !request.IsDraining)
        {
            return await AliveAsync(request);
        }
        request.Trouble = _stores.TakeReason();
        var response = request.Response;
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.ContentType = MediaTypes.Json;
        response.Headers.RetryAfter = "1";
        response.Headers.CacheControl = "no-store";
        var body = BerthJson.Write(
            new("unavailable", request.IsDraining ? true : null, failing.Count == 0 ? null : failing), BerthJson.Instance.Readiness);
        await response.Body.WriteAsync(body, request.Aborted);
        return null;
    }
}

/// <summary>Why requests should not come, without a name, a key or a secret of anything.</summary>
/// <param name="Status">Always <c>unavailable</c>.</param>
/// <param name="Draining">Whether this instance is about to end.</param>
/// <param name="Stores">The stores that fail.</param>
internal sealed record Readiness(string Status, bool? Draining, IReadOnlyList<StoreState>? Stores);

/// <summary>How a store is.</summary>
/// <param name="Store"><c>records</c> or <c>objects</c>.</param>
/// <param name="Problem">
/// <c>unavailable</c>, <c>throttled</c>, <c>damaged</c>, <c>denied</c>, <c>timeout</c>, <c>io</c> or <c>other</c>;
/// <see langword="null"/> where nothing is wrong.
/// </param>
/// <param name="Since">Since when.</param>
internal sealed record StoreState(string Store, string? Problem, DateTimeOffset? Since);
