using Microsoft.AspNetCore.Http;

namespace Berth.Auth.Audit;

/// <summary>Which requests are events, and what is to be known of each.</summary>
/// <remarks>
/// Events are logins and tokens with a credential, pushes of manifests, deletes, changes by the API, and whatever a credential
/// was refused. Pulls that are allowed are none, nor is who shows no credential and is asked for one, as every client is first.
/// </remarks>
internal static class AuditEvents
{
    private const string Api = "/api/v1/";
    private const int LongestAgent = 200;
    private const int LongestReference = 500;

    /// <returns>The event without its time and address; <see langword="null"/> where there is none.</returns>
    public static AuditRecord? Find(RegistryRequest request, Route route, AuditFacts facts, int status)
    {
        var isRefused = facts.IsDenied || status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden;
        var isAnonymous = facts.Caller is null or { Principal.IsAnonymous: true };
        var action = ActionOf(request, route, facts);
        if (status == StatusCodes.Status429TooManyRequests
            || (isAnonymous && facts.Refusal is null && (status >= 400 || action != AuditActions.Change))
            || (!isRefused && !IsTold(route, action)))
        {
            return null;
        }
        var principal = isAnonymous ? null : facts.Caller!.Principal;
        return new()
        {
            Time = default,
            RequestId = request.Context.TraceIdentifier,
            Action = action,
            Decision = isRefused ? "refused" : "allowed",
            Rule = Printable(facts.Refusal ?? facts.Rule, LongestReference) ?? (isRefused ? "no right" : "login"),
            Status = status,
            Principal = principal?.Id ?? (facts.Refusal is null ? Principal.Anonymous.Id : null),
            Name = facts.Name,
            Method = facts.Method,
            Credential = facts.Caller?.Credential,
            Issuer = principal?.Issuer,
            Agent = Printable(request.Http.Headers.UserAgent.ToString(), LongestAgent),
            Project = request.Project?.ToString(),
            Repository = NullIfEmpty(request.Repository.ToString()),
            Reference = ReferenceOf(request, route),
            Digest = NullIfEmpty(request.Response.Headers["Docker-Content-Digest"].ToString()),
        };
    }

    private static string ActionOf(RegistryRequest request, Route route, AuditFacts facts) =>
        route.Pattern == RouteTable.Token ? AuditActions.Token
        : facts.Refusal is not null || route.Access == Access.Login ? AuditActions.Login
        : IsApi(route) ? HttpMethods.IsGet(request.Http.Method) ? AuditActions.Read : AuditActions.Change
        : route.Access switch
        {
            Access.Push => AuditActions.Push,
            Access.Delete => AuditActions.Delete,
            Access.Catalog => AuditActions.Catalog,
            _ => AuditActions.Pull,
        };

    /// <summary>Whether something is told of also where it was allowed.</summary>
    private static bool IsTold(Route route, string action) =>
        action is AuditActions.Login or AuditActions.Token or AuditActions.Delete or AuditActions.Change
        || route.Pattern == RouteTable.Manifest && action == AuditActions.Push;

    private static bool IsApi(Route route) => route.Pattern.StartsWith(Api, StringComparison.Ordinal);

    private static string? ReferenceOf(RegistryRequest request, Route route) =>
        IsApi(route) ? Printable(request.Http.Path.Value?[Api.Length..], LongestReference)
        : NullIfEmpty(request.Reference.ToString()) ?? NullIfEmpty(request.Digest.ToString());

    /// <summary>What a client says of itself is anybody's text: nothing of it may look like anything but text.</summary>
    private static string? Printable(string? text, int most) => NullIfEmpty(
        string.Concat((text ?? "").Take(most).Select(letter => letter is >= ' ' and < '\x7f' ? letter : '?')));

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
