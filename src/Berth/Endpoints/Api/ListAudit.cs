using System.Globalization;
using Berth.Auth.Audit;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints.Api;

/// <summary>
/// <c>GET /api/v1/audit</c> and <c>GET /api/v1/projects/{project}/audit</c>: who did what, newest first, with <c>from</c> and
/// <c>to</c> (RFC 3339), <c>principal</c>, <c>repository</c>, <c>action</c>, <c>decision</c>, <c>n</c>, <c>last</c> and
/// <c>Link</c>.
/// </summary>
/// <remarks>A page may hold fewer events than were asked for, even none, and have a <c>Link</c>: one request looks at no more than
/// some 10,000.</remarks>
internal sealed class ListAudit(AuditLog log)
{
    private static readonly string[] FilterNames = ["from", "to", "principal", "repository", "action", "decision"];

    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (!ApiPage.TryRead(request, out var page, out var error))
        {
            return error;
        }
        AuditPosition? after = null;
        if (page.After is { } last)
        {
            if (!AuditPosition.TryParse(last, out var position))
            {
                return RegistryError.QueryInvalid("last must be what a Link said");
            }
            after = position;
        }
        if (!TryReadTime(request, "from", out var from) || !TryReadTime(request, "to", out var to))
        {
            return RegistryError.QueryInvalid("from and to must be times such as 2026-01-31T12:00:00Z");
        }
        var query = new AuditQuery
        {
            From = from,
            To = to,
            Principal = Text(request, "principal"),
            Project = request.Project?.ToString(),
            Repository = Text(request, "repository"),
            Action = Text(request, "action"),
            Decision = Text(request, "decision"),
        };
        if (query.Action is not null && !AuditActions.All.Contains(query.Action))
        {
            return RegistryError.QueryInvalid($"action must be one of {string.Join(", ", AuditActions.All)}");
        }
        var found = await log.FindAsync(query, page.Count, after, request.Aborted);
        if (found.Next is { } next)
        {
            Paging.WriteLink(request, request.Http.Path.Value!, page.Count, next.ToString(), Filters(request));
        }
        return await ApiAnswer.WriteAsync(request, new AuditPage(found.Events), BerthJson.Instance.AuditPage);
    }

    private static string? Text(RegistryRequest request, string name) =>
        request.Query(name) is { Length: > 0 } text ? text : null;

    private static bool TryReadTime(RegistryRequest request, string name, out DateTimeOffset? time)
    {
        time = null;
        if (Text(request, name) is not { } text)
        {
            return true;
        }
        var isTime = DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var value);
        time = value;
        return isTime;
    }

    /// <summary>The next page is of the same events.</summary>
    private static string Filters(RegistryRequest request) => string.Concat(
        FilterNames.Select(name => (Name: name, Value: Text(request, name)))
            .Where(filter => filter.Value is not null)
            .Select(filter => $"&{filter.Name}={Uri.EscapeDataString(filter.Value!)}"));
}
