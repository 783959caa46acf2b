using Berth.Auth;
using Berth.Auth.Tokens;
using Berth.Storage;

namespace Berth.Tests.Auth.Tokens;

/// <summary>What a token of Berth's own is worth, and until when.</summary>
public sealed class BerthTokensTests
{
    private static readonly Principal Alice = new(PrincipalKind.User, Principal.Accounts, "alice");

    private readonly SetTime _time = new();
    private readonly FixedPrincipals _principals = new();
    private readonly MemoryRecords _records = new();

    [Fact]
    public async Task A_token_says_who_may_do_what()
    {
        var tokens = Tokens();
        var token = await tokens.MakeAsync(
            new(Alice) { Credential = "c1" }, [AccessClaim.To(Parsed.Name("team/app"), RepositoryActions.Pull)], _time.Now, default);

        var caller = (await tokens.VerifyAsync(token, default))!;

        Assert.Equal(Alice.Id, caller.Principal.Id);
        Assert.Equal("c1", caller.Credential);
        Assert.Equal(_time.Now + tokens.Lifetime, caller.Expires);
        Assert.Equal(RepositoryActions.Pull, caller.LimitOn(Parsed.Name("team/app")));
        Assert.Equal(RepositoryActions.None, caller.LimitOn(Parsed.Name("team/app/more")));
        Assert.False(caller.AllowsCatalog);
    }

    [Fact]
    public async Task It_holds_the_claims_of_Dockers_specification()
    {
        var token = await Tokens().MakeAsync(
            new(Alice), [AccessClaim.To(Parsed.Name("team/app"), RepositoryActions.All)], _time.Now, default);

        var header = ForgedToken.Header(token);
        var claims = ForgedToken.Claims(token);
        Assert.Equal("ES256", (string?)header["alg"]);
        Assert.Equal(["alg", "kid", "typ"], header.Select(pair => pair.Key).Order());
        Assert.Equal("here", (string?)claims["iss"]);
        Assert.Equal("here", (string?)claims["aud"]);
        Assert.Equal("user:accounts:alice", (string?)claims["sub"]);
        Assert.Equal(_time.Now.ToUnixTimeSeconds(), (long?)claims["nbf"]);
        Assert.Equal(_time.Now.ToUnixTimeSeconds(), (long?)claims["iat"]);
        Assert.Equal(_time.Now.ToUnixTimeSeconds() + 300, (long?)claims["exp"]);
        Assert.Equal(32, ((string?)claims["jti"])?.Length);
        Assert.Equal(
            """[{"type":"repository","name":"team/app","actions":["pull","push","delete"]}]""",
            claims["access"]!.ToJsonString());
    }

    [Fact]
    public async Task Each_has_an_id_of_its_own()
    {
        var tokens = Tokens();
        var one = await tokens.MakeAsync(new(Alice), [], _time.Now, default);
        var other = await tokens.MakeAsync(new(Alice), [], _time.Now, default);

        Assert.NotEqual((string?)ForgedToken.Claims(one)["jti"], (string?)ForgedToken.Claims(other)["jti"]);
    }

    [Fact]
    public async Task An_instance_reads_the_tokens_of_another()
    {
        var token = await Tokens().MakeAsync(new(Alice), [], _time.Now, default);

        Assert.NotNull(await Tokens().VerifyAsync(token, default));
    }

    [Fact]
    public async Task When_it_ends_is_left_to_who_asks()
    {
        var tokens = Tokens();
        var token = await tokens.MakeAsync(new(Alice), [], _time.Now, default);
        _time.Now += TimeSpan.FromHours(1);

        Assert.Equal(_time.Now - TimeSpan.FromMinutes(55), (await tokens.VerifyAsync(token, default))!.Expires);
    }

    [Fact]
    public async Task It_is_worth_nothing_once_its_credential_was_revoked()
    {
        var tokens = Tokens();
        var caller = new Caller(Alice) { Credential = "c1" };
        var token = await tokens.MakeAsync(caller, [], _time.Now, default);
        var refresh = await tokens.MakeRefreshAsync(caller, _time.Now, default);
        Assert.NotNull(await tokens.RefreshAsync(refresh, default));

        _principals.Revoked.Add("c1");

        Assert.Null(await tokens.VerifyAsync(token, default));
        Assert.Null(await tokens.RefreshAsync(refresh, default));
    }

    [Fact]
    public async Task It_allows_no_more_than_its_credential_does_now()
    {
        var tokens = Tokens();
        var token = await tokens.MakeAsync(
            new(Alice), [AccessClaim.To(Parsed.Name("a/one"), RepositoryActions.All), AccessClaim.To(Parsed.Name("b/two"), RepositoryActions.All)],
            _time.Now, default);
        _principals.Limits = [new(Parsed.Pattern("a/*"), RepositoryActions.Pull | RepositoryActions.Delete)];

        var caller = (await tokens.VerifyAsync(token, default))!;

        Assert.Equal(RepositoryActions.Pull | RepositoryActions.Delete, caller.LimitOn(Parsed.Name("a/one")));
        Assert.Equal(RepositoryActions.None, caller.LimitOn(Parsed.Name("b/two")));
        Assert.Equal(RepositoryActions.None, caller.LimitOn(Parsed.Name("a/three")));
    }

    [Fact]
    public async Task One_for_the_catalog_shows_what_its_principal_may_see()
    {
        var tokens = Tokens();
        var token = await tokens.MakeAsync(new(Alice), [AccessClaim.Catalog], _time.Now, default);

        var caller = (await tokens.VerifyAsync(token, default))!;

        Assert.True(caller.AllowsCatalog);
        Assert.Equal(RepositoryActions.None, caller.LimitOn(Parsed.Name("team/app")));
        var rights = new Rights(caller, new FixedPolicy(RepositoryActions.None, RepositoryActions.All));
        Assert.True(await rights.SeesAsync(Parsed.Name("team/app"), default));
        Assert.False(await rights.AllowAsync(Parsed.Name("team/app"), RepositoryActions.Pull, default));
    }

    [Fact]
    public async Task Nobody_in_particular_gets_one_that_says_so()
    {
        var tokens = Tokens();
        var token = await tokens.MakeAsync(
            Caller.Anonymous, [AccessClaim.To(Parsed.Name("library/open"), RepositoryActions.Pull)], _time.Now, default);

        var caller = (await tokens.VerifyAsync(token, default))!;

        Assert.True(caller.Principal.IsAnonymous);
        Assert.NotNull(caller.Limits);
    }

    [Fact]
    public async Task People_from_elsewhere_keep_what_was_said_of_them()
    {
        var tokens = Tokens();
        var carol = new Principal(PrincipalKind.User, "https://id.example/a:b", "carol:x")
        {
            Groups = ["one", "two"],
            IsAdministrator = true,
        };

        var caller = (await tokens.VerifyAsync(await tokens.MakeAsync(new(carol), [], _time.Now, default), default))!;

        Assert.Equal((carol.Kind, carol.Issuer, carol.Name), (caller.Principal.Kind, caller.Principal.Issuer, caller.Principal.Name));
        Assert.Equal(carol.Groups, caller.Principal.Groups);
        Assert.True(caller.Principal.IsAdministrator);
    }

    [Fact]
    public async Task What_is_known_of_an_account_stays_out_of_it()
    {
        var token = await Tokens().MakeAsync(
            new(Alice with { Groups = ["ops"], IsAdministrator = true }), [], _time.Now, default);

        var claims = ForgedToken.Claims(token);
        Assert.False(claims.ContainsKey("groups"));
        Assert.False(claims.ContainsKey("admin"));
    }

    [Fact]
    public async Task A_refresh_token_ends_after_its_time()
    {
        var tokens = Tokens();
        var refresh = await tokens.MakeRefreshAsync(new(Alice) { Credential = "c1" }, _time.Now, default);

        _time.Now += BerthTokens.RefreshLifetime - TimeSpan.FromSeconds(1);
        Assert.NotNull(await tokens.RefreshAsync(refresh, default));
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.Null(await tokens.RefreshAsync(refresh, default));
    }

    private BerthTokens Tokens() =>
        new("here", TimeSpan.FromMinutes(5), new StoredKeys(_records, _time), _principals, _time);
}
