using System.Globalization;
using System.Text.Json.Serialization;
using Berth.Auth;
using Berth.Auth.Audit;
using Berth.Auth.Tokens;
using Berth.Errors;
using Berth.Stores;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints;

/// <summary>
/// Docker's token specification: <c>GET /token</c> with Basic or without a credential; and its OAuth2 document:
/// <c>POST /token</c> with a password or a refresh token. Grants of what is asked for as much as is allowed, nothing included.
/// </summary>
/// <remarks>
/// A refresh token is made for people with accounts alone. It ends with the credential that it was got with. A robot's secret can
/// be kept as it is, and does not end after a month; who comes from elsewhere has to be vouched for again.
/// </remarks>
/// <param name="authenticator">Who knows names and secrets.</param>
/// <param name="policy">What principals may do.</param>
/// <param name="tokens">Makes tokens.</param>
/// <param name="challenge">Asks for a name and a password.</param>
/// <param name="time">Tells when a token begins.</param>
internal sealed class IssueToken(
    Authenticator authenticator, IAccessPolicy policy, BerthTokens tokens, Challenge challenge, TimeProvider time)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        var isForm = HttpMethods.IsPost(request.Http.Method);
        var asked = isForm
            ? await TokenRequest.OfFormAsync(request.Http, request.Aborted)
            : TokenRequest.OfQuery(request.Http);
        if (asked is null)
        {
            return RegistryError.TokenRequestInvalid("a form of at most 32 KiB is needed");
        }
        if (asked["service"] is { } service && service != tokens.Service)
        {
            return RegistryError.TokenRequestInvalid($"the service here is {tokens.Service}");
        }
        if (!TokenScope.TryParse(asked.Scopes, out var scopes))
        {
            return RegistryError.TokenRequestInvalid($"at most {TokenScope.Most} scopes", "invalid_scope");
        }
        var grant = isForm ? asked["grant_type"] : null;
        if (isForm && grant is not ("password" or "refresh_token"))
        {
            return RegistryError.TokenRequestInvalid("grant_type is password or refresh_token", "unsupported_grant_type");
        }
        var authentication = grant switch
        {
            // A token that got another could live for ever.
            null when request.IsBearer => Authentication.Refused("a token asks for a token"),
            null => await authenticator.AuthenticateAsync(request.Context, request.Aborted),
            "password" => await authenticator.SignInAsync(
                request.Context, asked["username"] ?? "", asked["password"] ?? "", request.Aborted),
            _ => await RefreshAsync(request, asked["refresh_token"] ?? ""),
        };
        if (authentication.RetryAfter is { } wait)
        {
            return RegistryError.TooManyRequests(wait);
        }
        if (authentication.Caller is not { } caller)
        {
            return RegistryError.GrantInvalid(challenge.Header(scope: null, error: null));
        }
        request.Response.Headers.CacheControl = "no-store";
        request.Response.Headers.Pragma = "no-cache";
        var refresh = asked.WantsRefreshToken && grant != "refresh_token";
        var answer = await AnswerAsync(caller, scopes, refresh, request.Aborted);
        AuditFacts.Of(request.Context).Rule = answer.Scope.Length == 0 ? "no scope" : answer.Scope;
        await Paging.WriteAsync(request, answer, BerthJson.Instance.TokenAnswer);
        return null;
    }

    private async Task<Authentication> RefreshAsync(RegistryRequest request, string token)
    {
        var result = await tokens.RefreshAsync(token, request.Aborted) is { } caller
            ? Authentication.Of(caller)
            : Authentication.Refused("refresh token not accepted");
        AuditFacts.Of(request.Context).Presented(result);
        return result;
    }

    private async Task<TokenAnswer> AnswerAsync(
        Caller caller, IReadOnlyList<TokenScope> scopes, bool refresh, CancellationToken cancellationToken)
    {
        var access = await GrantAsync(new Rights(caller, policy), scopes, cancellationToken);
        var now = time.GetUtcNow();
        var token = await tokens.MakeAsync(caller, access, now, cancellationToken);
        return new(
            token, token, (int)tokens.Lifetime.TotalSeconds,
            now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            string.Join(' ', access.Select(entry => $"{entry.Type}:{entry.Name}:{string.Join(',', entry.Actions!)}")),
            refresh && HasAccount(caller) ? await tokens.MakeRefreshAsync(caller, now, cancellationToken) : null);
    }

    private static bool HasAccount(Caller caller) =>
        caller is { Principal: { Kind: PrincipalKind.User, Issuer: Principal.Accounts }, Credential: not null, Limits: null };

    /// <summary>Of what is asked for as much as is allowed.</summary>
    private static async Task<List<AccessClaim>> GrantAsync(
        Rights rights, IReadOnlyList<TokenScope> scopes, CancellationToken cancellationToken)
    {
        var granted = new List<AccessClaim>();
        foreach (var (repository, wanted, registry) in scopes)
        {
            if (repository is not { } name)
            {
                var isAllowed = registry == AccessClaim.Api
                    ? rights.Caller is { AllowsApi: true, Principal.IsAnonymous: false }
                    : rights.Caller.AllowsCatalog;
                if (isAllowed)
                {
                    granted.Add(registry!);
                }
                continue;
            }
            var actions = wanted & await rights.OnAsync(name, cancellationToken);
            if (actions != RepositoryActions.None)
            {
                granted.Add(AccessClaim.To(name, actions));
            }
        }
        return granted;
    }
}

/// <summary>The answer to who asks for a token.</summary>
/// <param name="Token">The token, by the name of Docker's specification.</param>
/// <param name="AccessToken">The token, by the name of OAuth2.</param>
/// <param name="ExpiresIn">How long it is valid, in seconds.</param>
/// <param name="IssuedAt">From when on, in RFC 3339.</param>
/// <param name="Scope">What it allows.</param>
/// <param name="RefreshToken">A token to ask for others with, where one was asked for.</param>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("issued_at")] string IssuedAt,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken);
