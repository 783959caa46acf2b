using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Auth;
using Berth.Auth.Tokens;
using Berth.Endpoints;
using Berth.Errors;
using Microsoft.AspNetCore.Http;

namespace Berth.Tests.Auth.Tokens;

/// <summary>What <c>/token</c> answers, by Docker's specification and its OAuth2 document.</summary>
public sealed class IssueTokenTests
{
    private const string Form = "application/x-www-form-urlencoded";

    private readonly SetTime _time = new();
    private readonly FixedPrincipals _principals = new();
    private readonly BerthTokens _tokens;
    private readonly IssueToken _endpoint;

    public IssueTokenTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _tokens = new(
            "here", TimeSpan.FromMinutes(5), new ConfiguredKeys([key.ExportPkcs8PrivateKeyPem()]), _principals, _time);
        var people = new AccountCredentials();
        _endpoint = new(
            new([people], _tokens, new(new(), _time), proxies: []),
            new FixedPolicy(RepositoryActions.Pull, RepositoryActions.All), _tokens,
            new("Berth", Service: null), _time);
    }

    [Fact]
    public async Task A_password_gets_a_token_for_what_is_allowed()
    {
        var answer = await GetAsync("?service=here&scope=repository:team/app:pull,push&account=alice", Basic("alice"));

        Assert.Equal(answer.GetProperty("token").GetString(), answer.GetProperty("access_token").GetString());
        Assert.Equal(300, answer.GetProperty("expires_in").GetInt32());
        Assert.Equal("2026-01-02T03:04:05Z", answer.GetProperty("issued_at").GetString());
        Assert.Equal("repository:team/app:pull,push", answer.GetProperty("scope").GetString());
        Assert.False(answer.TryGetProperty("refresh_token", out _));
        var caller = (await CallerAsync(answer))!;
        Assert.Equal("user:accounts:alice", caller.Principal.Id);
        Assert.Equal(RepositoryActions.Pull | RepositoryActions.Push, caller.LimitOn(Parsed.Name("team/app")));
    }

    [Fact]
    public async Task What_is_granted_is_what_was_asked_for_and_is_allowed()
    {
        Assert.Equal(
            "repository:team/app:pull repository:team/other:pull,push,delete registry:catalog:*",
            await ScopeAsync(
                "?scope=repository:team/app:pull&scope=repository:team/other:*%20registry:catalog:*&scope=artifact:x:pull",
                Basic("alice")));
        Assert.Equal("repository:team/app:pull", await ScopeAsync("?scope=repository:team/app:pull,push", Basic("reader")));
        Assert.Equal("", await ScopeAsync("?scope=repository:other/app:pull,push", Basic("reader")));
        Assert.Equal("", await ScopeAsync("", Basic("alice")));
        Assert.Equal("registry:api:*", await ScopeAsync("?scope=registry:api:*", Basic("alice")));
        Assert.Equal("", await ScopeAsync("?scope=registry:api:*", Basic("reader")));
        Assert.Equal("", await ScopeAsync("?scope=registry:api:*", null));
    }

    [Fact]
    public async Task Nobody_in_particular_gets_what_everybody_may()
    {
        var answer = await GetAsync("?service=here&scope=repository:team/app:pull,push", null);

        Assert.Equal("repository:team/app:pull", answer.GetProperty("scope").GetString());
        Assert.True((await CallerAsync(answer))!.Principal.IsAnonymous);
    }

    [Fact]
    public async Task An_answer_is_never_stored()
    {
        var (_, context) = await SendAsync("GET", "", Basic("alice"));

        Assert.Equal("no-store", context.Response.Headers.CacheControl);
        Assert.Equal("no-cache", context.Response.Headers.Pragma);
    }

    [Theory]
    [InlineData("Basic YWxpY2U6d3Jvbmc=")]
    [InlineData("Basic !!")]
    [InlineData("Bearer TOKEN")]
    [InlineData("Bearer\tTOKEN")]
    [InlineData("bearer  TOKEN")]
    [InlineData("Bearer REFRESH")]
    public async Task A_wrong_credential_is_asked_for_a_right_one(string authorization)
    {
        var alice = await TokensOfAsync("?offline_token=true", Basic("alice"));

        var (error, _) = await SendAsync("GET", "", authorization
            .Replace("TOKEN", alice.Token, StringComparison.Ordinal)
            .Replace("REFRESH", alice.Refresh, StringComparison.Ordinal));

        Assert.Equal((401, "UNAUTHORIZED"), (error!.Status, error.Code));
        Assert.Contains(error.Headers, header => header.Key == "WWW-Authenticate" && header.Value.StartsWith("Basic ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("?service=there")]
    [InlineData("?service=HERE")]
    [InlineData("?service=here%20")]
    public async Task A_token_for_another_service_is_not_made(string query)
    {
        var (error, _) = await SendAsync("GET", query, Basic("alice"));

        Assert.Equal(400, error!.Status);
    }

    [Fact]
    public async Task Too_many_scopes_are_refused()
    {
        var query = string.Join('&', Enumerable.Range(0, 21).Select(i => $"scope=repository:a{i}:pull"));

        var (error, _) = await SendAsync("GET", "?" + query, Basic("alice"));

        Assert.Equal((400, "invalid_scope"), (error!.Status, error.TokenError));
    }

    [Fact]
    public async Task A_form_with_a_password_gets_a_token()
    {
        // What containerd sends.
        var answer = await PostAsync(
            "grant_type=password&username=alice&password=right&service=here&client_id=containerd-client" +
            "&scope=repository%3Ateam%2Fapp%3Apull+repository%3Ateam%2Fother%3Apull");

        Assert.Equal(
            "repository:team/app:pull repository:team/other:pull", answer.GetProperty("scope").GetString());
        Assert.NotNull(await CallerAsync(answer));
    }

    [Theory]
    [InlineData("?offline_token=true&client_id=docker&account=alice", null)]
    [InlineData("", "grant_type=password&username=alice&password=right&access_type=offline")]
    public async Task Who_keeps_no_password_gets_a_refresh_token(string query, string? form)
    {
        var (_, refresh) = form is null
            ? await TokensOfAsync(query, Basic("alice"))
            : Read(await PostAsync(form));

        var answer = await PostAsync(
            $"grant_type=refresh_token&refresh_token={refresh}&service=here&scope=repository:team/app:push&access_type=offline");

        Assert.Equal("repository:team/app:push", answer.GetProperty("scope").GetString());
        Assert.Equal("user:accounts:alice", (await CallerAsync(answer))!.Principal.Id);
        // It does not prolong itself: whoever stole one does not keep it for ever.
        Assert.False(answer.TryGetProperty("refresh_token", out _));
    }

    [Theory]
    [InlineData("reader")]
    [InlineData("robot")]
    [InlineData(null)]
    public async Task Others_get_none(string? name)
    {
        var answer = await GetAsync("?offline_token=true", name is null ? null : Basic(name));

        Assert.False(answer.TryGetProperty("refresh_token", out _));
    }

    [Fact]
    public async Task A_refresh_token_ends_with_the_password_that_it_was_got_with()
    {
        var (token, refresh) = await TokensOfAsync("?offline_token=true", Basic("alice"));

        _principals.Revoked.Add("password-of-alice");

        var (error, _) = await SendAsync("POST", "", null, $"grant_type=refresh_token&refresh_token={refresh}");
        Assert.Equal((401, "invalid_grant"), (error!.Status, error.TokenError));
        Assert.Null(await _tokens.VerifyAsync(token, default));
    }

    [Fact]
    public async Task A_token_is_no_refresh_token()
    {
        var (token, _) = await TokensOfAsync("", Basic("alice"));

        var (error, _) = await SendAsync("POST", "", null, $"grant_type=refresh_token&refresh_token={token}");

        Assert.Equal((401, "invalid_grant"), (error!.Status, error.TokenError));
    }

    [Theory]
    [InlineData("", Form, 400, "unsupported_grant_type")]
    [InlineData("grant_type=client_credentials", Form, 400, "unsupported_grant_type")]
    [InlineData("grant_type=password&grant_type=password&username=alice&password=right", Form, 400, "unsupported_grant_type")]
    [InlineData("grant_type=password&username=alice&password=wrong", Form, 401, "invalid_grant")]
    [InlineData("grant_type=password&username=alice", Form, 401, "invalid_grant")]
    [InlineData("grant_type=password&username=alice&username=bob&password=right", Form, 401, "invalid_grant")]
    [InlineData("grant_type=password", Form, 401, "invalid_grant")]
    [InlineData("grant_type=refresh_token", Form, 401, "invalid_grant")]
    [InlineData("grant_type=password&username=alice&password=right&service=there", Form, 400, "invalid_request")]
    [InlineData("{\"grant_type\":\"password\"}", "application/json", 400, "invalid_request")]
    [InlineData("grant_type=password&username=alice&password=right", null, 400, "invalid_request")]
    [InlineData("grant_type=password&username=alice&password=right", "multipart/form-data; boundary=x", 400, "invalid_request")]
    public async Task A_form_that_is_wrong_is_refused(string form, string? type, int status, string expected)
    {
        var (error, _) = await SendAsync("POST", "", null, form, type);

        Assert.Equal((status, expected), (error!.Status, error.TokenError));
    }

    [Fact]
    public async Task A_form_that_is_too_large_is_refused()
    {
        var form = "grant_type=password&username=alice&password=right&x=";

        var (error, _) = await SendAsync("POST", "", null, form + new string('x', 40_000));
        var (many, _) = await SendAsync("POST", "", null, form + string.Concat(Enumerable.Range(0, 100).Select(i => $"&x{i}=")));

        Assert.Equal(400, error!.Status);
        Assert.Equal(400, many!.Status);
    }

    private static string Basic(string name) =>
        new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:right"))).ToString();

    private static (string Token, string Refresh) Read(JsonElement answer) => (
        answer.GetProperty("token").GetString()!,
        answer.TryGetProperty("refresh_token", out var refresh) ? refresh.GetString()! : "");

    private async Task<(string Token, string Refresh)> TokensOfAsync(string query, string? authorization) =>
        Read(await GetAsync(query, authorization));

    private Task<Caller?> CallerAsync(JsonElement answer) =>
        _tokens.VerifyAsync(answer.GetProperty("token").GetString()!, default);

    private async Task<string?> ScopeAsync(string query, string? authorization) =>
        (await GetAsync(query, authorization)).GetProperty("scope").GetString();

    private Task<JsonElement> GetAsync(string query, string? authorization) => AnswerAsync("GET", query, authorization, null);

    private Task<JsonElement> PostAsync(string form) => AnswerAsync("POST", "", null, form);

    private async Task<JsonElement> AnswerAsync(string method, string query, string? authorization, string? form)
    {
        var (error, context) = await SendAsync(method, query, authorization, form);
        Assert.Null(error);
        context.Response.Body.Position = 0;
        using var document = await JsonDocument.ParseAsync(context.Response.Body);
        return document.RootElement.Clone();
    }

    private async Task<(RegistryError? Error, HttpContext Context)> SendAsync(
        string method, string query, string? authorization, string? form = null, string? type = Form)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.QueryString = new(query);
        context.Response.Body = new MemoryStream();
        if (authorization is not null)
        {
            context.Request.Headers.Authorization = authorization;
        }
        if (form is not null)
        {
            context.Request.ContentType = type;
            context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(form));
        }
        return (await _endpoint.HandleAsync(new(context)), context);
    }

    /// <summary>People and a robot, whose password is "right".</summary>
    private sealed class AccountCredentials : ICredentialSource
    {
        public Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken) =>
            Task.FromResult(secret == "right" ? Find(name) : null);

        private static SignIn? Find(string name) => name switch
        {
            "alice" => SignIn.Accepted(new(new(PrincipalKind.User, Principal.Accounts, name)) { Credential = "password-of-alice" }),
            "reader" => SignIn.Accepted(new(new(PrincipalKind.User, Principal.Accounts, name))
            {
                Credential = "token-of-reader",
                Limits = [new(Parsed.Pattern("team/*"), RepositoryActions.Pull)],
            }),
            "robot" => SignIn.Accepted(new(new(PrincipalKind.Robot, Principal.Accounts, name)) { Credential = "robot" }),
            _ => null,
        };
    }
}
