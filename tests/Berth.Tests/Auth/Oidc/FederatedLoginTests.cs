using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Auth.Oidc;
using Berth.Storage;
using Berth.Tests.Auth.Tokens;
using Berth.TestTools;

namespace Berth.Tests.Auth.Oidc;

/// <summary>Programs that log in with the tokens of an identity provider, as the jobs of GitHub and GitLab have them.</summary>
public sealed class FederatedLoginTests : IAsyncLifetime
{
    private const string Audience = "https://registry.example";
    private const string Branch = "repo:team/app:ref:refs/heads/main";

    private readonly SetTime _time = new();
    private readonly HttpClient _http = IssuerDocuments.CreateClient();
    private LocalIssuer _server = null!;

    public async Task InitializeAsync() => _server = await LocalIssuer.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task A_job_may_do_what_its_rule_allows()
    {
        var login = Login(Rule(("repository", "team/app"), ("ref", "refs/heads/main")));

        var caller = (await login.SignInAsync("anything", Job(), default))!.Caller!;

        Assert.Equal(new Principal(PrincipalKind.Workload, _server.Issuer, Branch).Id, caller.Principal.Id);
        Assert.Equal(RepositoryActions.Pull | RepositoryActions.Push, caller.LimitOn(Parsed.Name("team/app")));
        Assert.Equal(RepositoryActions.None, caller.LimitOn(Parsed.Name("other/app")));
        Assert.Equal(_time.Now.AddMinutes(5), caller.Expires);
    }

    [Fact]
    public async Task Several_rules_allow_what_any_of_them_does()
    {
        var login = Login(
            Rule(("repository", "team/app")),
            Rule(("repository", "team/app"), ("environment", "production")) with
            {
                Repositories = [Parsed.Pattern("release/app")],
                Actions = RepositoryActions.All,
            });

        var caller = (await login.SignInAsync("", Job(), default))!.Caller!;
        var release = (await login.SignInAsync("", Job(job => job["environment"] = "production"), default))!.Caller!;

        Assert.Equal(RepositoryActions.None, caller.LimitOn(Parsed.Name("release/app")));
        Assert.Equal(RepositoryActions.All, release.LimitOn(Parsed.Name("release/app")));
        Assert.Equal(RepositoryActions.Pull | RepositoryActions.Push, release.LimitOn(Parsed.Name("team/app")));
    }

    [Theory]
    [InlineData("repository", "team/other")]
    [InlineData("repository", "team/app2")]
    [InlineData("repository", "Team/App")]
    [InlineData("repository", "team/app ")]
    [InlineData("repository", "")]
    [InlineData("ref", "refs/heads/main2")]
    [InlineData("ref", "refs/tags/main")]
    public async Task Another_repository_or_branch_is_refused(string claim, string value)
    {
        var login = Login(Rule(("repository", "team/app"), ("ref", "refs/heads/main")));

        await RefusedAsync(login, Job(job => job[claim] = value));
        await RefusedAsync(login, Job(job => job.Remove(claim)));
        await RefusedAsync(login, Job(job => job[claim] = new JsonObject { [value] = value }));
    }

    [Theory]
    [InlineData("event_name", "pull_request")]
    [InlineData("event_name", "pull_request_target")]
    [InlineData("event_name", "pull_request_review")]
    [InlineData("sub", "repo:team/app:pull_request")]
    [InlineData("pipeline_source", "merge_request_event")]
    [InlineData("pipeline_source", "external_pull_request_event")]
    public async Task A_run_for_a_change_that_somebody_proposes_is_refused_unless_it_is_meant(string claim, string value)
    {
        var token = Job(job => job[claim] = value);

        await RefusedAsync(Login(Rule(("repository", "team/app"))), token);
        Assert.NotNull((await Login(Rule(("repository", "team/app"), (claim, value))).SignInAsync("", token, default))!.Caller);
    }

    [Fact]
    public async Task Another_audience_is_refused()
    {
        var login = Login(Rule(("repository", "team/app")));
        foreach (var audience in new[] { "https://other.example", Audience + "/", Audience.ToUpperInvariant(), "", "registry.example" })
        {
            Assert.Null((await login.SignInAsync("", Job(job => job["aud"] = audience), default))?.Caller);
        }
        Assert.Null((await login.SignInAsync("", Job(job => job.Remove("aud")), default))?.Caller);
    }

    [Fact]
    public async Task A_token_is_valid_from_its_beginning_to_its_end()
    {
        var login = Login(Rule(("repository", "team/app")));
        var now = _time.Now.ToUnixTimeSeconds();

        await RefusedAsync(login, Job(job => job["exp"] = now));
        Assert.Null((await login.SignInAsync("", Job(job => job.Remove("exp")), default))?.Caller);
        Assert.Null((await login.SignInAsync("", Job(job => job["nbf"] = now + 61), default))?.Caller);
        Assert.NotNull((await login.SignInAsync("", Job(job => job["exp"] = now + 1), default))!.Caller);
    }

    [Fact]
    public async Task Nobody_who_was_not_named_is_asked_for_keys()
    {
        await using var stranger = await LocalIssuer.StartAsync();
        var login = Login(Rule(("repository", "team/app")));

        Assert.Null(await login.SignInAsync("", stranger.Token(Audience, Branch, _time.Now, Describe), default));
        Assert.Null(await login.SignInAsync("", Job(job => job["iss"] = _server.Issuer + "/"), default));
        Assert.Null(await login.SignInAsync("", Job(job => job["iss"] = _server.Issuer.ToUpperInvariant()), default));

        Assert.Equal((0, 0), (stranger.Requests, _server.Requests));
    }

    [Fact]
    public async Task A_stranger_cannot_speak_for_a_provider()
    {
        await using var stranger = await LocalIssuer.StartAsync();
        var login = Login(Rule(("repository", "team/app")));

        var token = stranger.Token(Audience, Branch, _time.Now, claims =>
        {
            Describe(claims);
            claims["iss"] = _server.Issuer;
        });

        Assert.Null((await login.SignInAsync("", token, default))?.Caller);
    }

    [Theory]
    [InlineData("alg", "none")]
    [InlineData("alg", "HS256")]
    [InlineData("alg", "RS256")]
    [InlineData("kid", "key-2")]
    [InlineData("kid", "")]
    [InlineData("crit", "exp")]
    public async Task A_header_that_is_wrong_is_refused(string name, string value)
    {
        var login = Login(Rule(("repository", "team/app")));
        var header = ForgedToken.Header(Job());
        header[name] = name == "crit" ? new JsonArray(value) : value;

        Assert.Null((await login.SignInAsync("", _server.Sign(header, ForgedToken.Claims(Job())), default))?.Caller);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("eyJ.eyJ.x")]
    [InlineData("")]
    public async Task A_password_is_not_meant(string secret) =>
        Assert.Null(await Login(Rule(("repository", "team/app"))).SignInAsync("alice", secret, default));

    [Fact]
    public async Task A_provider_that_is_down_makes_nobody_wrong()
    {
        _server.Fault = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<StorageException>(() => Login(Rule(("repository", "team/app"))).SignInAsync("", Job(), default));
    }

    [Fact]
    public void A_rule_for_everybody_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Login(Rule()));
        Assert.Throws<ArgumentException>(() => Login(Rule(("sub", "x")) with { Repositories = [] }));
        Assert.Throws<ArgumentException>(() => Login(Rule(("sub", "x")) with { Actions = RepositoryActions.None }));
        Assert.Throws<ArgumentException>(() => Login(Rule(("sub", "x")) with { Audience = "" }));
        Assert.Throws<ArgumentException>(() => Login(Rule(("sub", "x")) with { Issuer = "http://id.example" }));
        var shared = Rule(("ref", "refs/heads/main")) with { Issuer = "https://token.actions.githubusercontent.com" };
        Assert.Throws<ArgumentException>(() => Login(shared));
        Login(shared with { Claims = new Dictionary<string, string> { ["repository_id"] = "1" } });
    }

    private static async Task RefusedAsync(FederatedLogin login, string token) =>
        Assert.Null((await login.SignInAsync("", token, default))!.Caller);

    private static void Describe(JsonObject claims)
    {
        claims["repository"] = "team/app";
        claims["ref"] = "refs/heads/main";
        claims["event_name"] = "push";
    }

    private string Job(Action<JsonObject>? change = null) => _server.Token(Audience, Branch, _time.Now, claims =>
    {
        Describe(claims);
        change?.Invoke(claims);
    });

    private FederationRule Rule(params (string Name, string Value)[] claims) => new()
    {
        Issuer = _server.Issuer,
        Audience = Audience,
        Claims = claims.ToDictionary(claim => claim.Name, claim => claim.Value),
        Repositories = [Parsed.Pattern("team/*")],
        Actions = RepositoryActions.Pull | RepositoryActions.Push,
    };

    private FederatedLogin Login(params FederationRule[] rules) => new(rules, new(_http, _time), _time);
}
