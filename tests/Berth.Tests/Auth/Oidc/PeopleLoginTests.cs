using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Auth.Oidc;
using Berth.Storage;
using Berth.TestTools;

namespace Berth.Tests.Auth.Oidc;

/// <summary>People who log in with the tokens of an identity provider.</summary>
public sealed class PeopleLoginTests : IAsyncLifetime
{
    private readonly SetTime _time = new();
    private readonly HttpClient _http = IssuerDocuments.CreateClient();
    private LocalIssuer _server = null!;
    private PeopleLogin _login = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalIssuer.StartAsync();
        _login = Login();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task A_token_says_who_somebody_is_as_a_password_and_as_itself()
    {
        var token = Token(claims => claims["groups"] = new JsonArray("dev", 7, "ops"));

        foreach (var caller in new[] { (await _login.SignInAsync("anything", token, default))!.Caller!, (await _login.VerifyAsync(token, default))! })
        {
            Assert.Equal(new Principal(PrincipalKind.User, _server.Issuer, "alice").Id, caller.Principal.Id);
            Assert.Equal(["dev", "ops"], caller.Principal.Groups);
            Assert.False(caller.Principal.IsAdministrator);
            Assert.Null(caller.Limits);
            Assert.Equal(_time.Now.AddMinutes(5), caller.Expires);
        }
    }

    [Theory]
    [InlineData("admins", true)]
    [InlineData("Admins", false)]
    [InlineData("admins2", false)]
    public async Task One_group_administers(string group, bool expected)
    {
        var caller = (await _login.VerifyAsync(Token(claims => claims["groups"] = new JsonArray(group)), default))!;

        Assert.Equal(expected, caller.Principal.IsAdministrator);
    }

    [Fact]
    public async Task Without_such_a_group_nobody_does()
    {
        var login = Login(options => options with { AdministratorGroup = null });

        Assert.False((await login.VerifyAsync(Token(claims => claims["groups"] = new JsonArray("", "admins")), default))!
            .Principal.IsAdministrator);
    }

    [Theory]
    [InlineData("aud", "\"other\"")]
    [InlineData("aud", "[\"other\"]")]
    [InlineData("azp", "\"other\"")]
    [InlineData("preferred_username", "\"\"")]
    [InlineData("preferred_username", "7")]
    [InlineData("preferred_username", "[\"alice\"]")]
    [InlineData("preferred_username", "\"a\\u000ab\"")]
    [InlineData("iss", "\"https://other.example\"")]
    [InlineData("nbf", "4102444800")]
    [InlineData("exp", "null")]
    public async Task Claims_that_are_wrong_are_refused(string claim, string value)
    {
        var token = Token(claims => claims[claim] = JsonNode.Parse(value));

        Assert.Null(await _login.VerifyAsync(token, default));
        Assert.Null((await _login.SignInAsync("alice", token, default))?.Caller);
    }

    [Fact]
    public async Task The_end_of_a_token_is_judged_by_who_asks_and_at_once_for_a_password()
    {
        var token = Token();
        _time.Now += TimeSpan.FromMinutes(5);

        Assert.Null((await _login.SignInAsync("alice", token, default))!.Caller);
        Assert.Equal(_time.Now, (await _login.VerifyAsync(token, default))!.Expires);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("\"true\"", false)]
    [InlineData(null, false)]
    public async Task An_address_is_a_name_once_it_was_verified(string? verified, bool expected)
    {
        var login = Login(options => options with { NameClaim = "email" });
        var token = Token(claims =>
        {
            claims["email"] = "alice@example.com";
            if (verified is not null)
            {
                claims["email_verified"] = JsonNode.Parse(verified);
            }
        });

        Assert.Equal(expected ? "alice@example.com" : null, (await login.VerifyAsync(token, default))?.Principal.Name);
    }

    [Fact]
    public async Task A_stranger_cannot_speak_for_the_provider()
    {
        await using var stranger = await LocalIssuer.StartAsync();

        Assert.Null(await _login.VerifyAsync(stranger.Token("berth", "alice", _time.Now), default));
        Assert.Null(await _login.VerifyAsync(
            stranger.Token("berth", "alice", _time.Now, claims => claims["iss"] = _server.Issuer), default));
        Assert.Equal(0, stranger.Requests);
    }

    [Fact]
    public async Task A_provider_that_is_down_makes_nobody_wrong()
    {
        _server.Fault = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<StorageException>(() => _login.VerifyAsync(Token(), default));
    }

    private string Token(Action<JsonObject>? change = null) => _server.Token("berth", "1234", _time.Now, claims =>
    {
        claims["preferred_username"] = "alice";
        change?.Invoke(claims);
    });

    private PeopleLogin Login(Func<OidcOptions, OidcOptions>? change = null)
    {
        var options = new OidcOptions
        {
            Issuer = _server.Issuer,
            ClientId = "berth",
            NameClaim = "preferred_username",
            AdministratorGroup = "admins",
        };
        return new(change?.Invoke(options) ?? options, new(_http, _time), _time);
    }
}
