using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Auth.Tokens;

namespace Berth.Tests.Auth.Tokens;

/// <summary>Tokens that Berth did not make, or not like this. Each differs in one thing from one that is accepted.</summary>
public sealed class TokenAttackTests : IAsyncLifetime
{
    private readonly SetTime _time = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private BerthTokens _tokens = null!;
    private string _good = null!;
    private string _refresh = null!;

    public async Task InitializeAsync()
    {
        _tokens = Tokens("here");
        var caller = new Caller(new(PrincipalKind.User, Principal.Accounts, "alice")) { Credential = "c1" };
        _good = await _tokens.MakeAsync(caller, [AccessClaim.To(Parsed.Name("team/app"), RepositoryActions.All)], _time.Now, default);
        _refresh = await _tokens.MakeRefreshAsync(caller, _time.Now, default);
    }

    public Task DisposeAsync()
    {
        _key.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_the_forger_makes_with_the_right_key_is_accepted()
    {
        // Without this, every test below could pass for the wrong reason.
        Assert.NotNull(await _tokens.VerifyAsync(_good, default));
        Assert.NotNull(await _tokens.VerifyAsync(Forge(_ => { }, _ => { }), default));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    public async Task No_algorithm_is_no_signature(string algorithm)
    {
        var header = With(_good, 0, header => header["alg"] = algorithm);
        var claims = ForgedToken.Claims(_good).ToJsonString();

        await RefusedAsync(ForgedToken.Make(header, claims, _ => []));
        await RefusedAsync(ForgedToken.Make(header, claims, _ => []) + "AA");
        await RefusedAsync(ForgedToken.Make(header, claims, ForgedToken.Ecdsa(_key)));
    }

    [Fact]
    public async Task The_public_key_is_no_shared_secret()
    {
        var header = With(_good, 0, header => header["alg"] = "HS256");
        var claims = ForgedToken.Claims(_good).ToJsonString();
        var point = _key.ExportParameters(includePrivateParameters: false).Q;

        foreach (var secret in new[]
        {
            _key.ExportSubjectPublicKeyInfo(),
            Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem()),
            Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem() + "\n"),
            [4, .. point.X!, .. point.Y!],
            [],
        })
        {
            await RefusedAsync(ForgedToken.Make(header, claims, ForgedToken.Hmac(secret)));
        }
    }

    [Theory]
    [InlineData("ES384")]
    [InlineData("ES512")]
    [InlineData("es256")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("EdDSA")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")]
    public async Task The_algorithm_is_one(string algorithm) =>
        await RefusedAsync(Forge(header => header["alg"] = algorithm, _ => { }));

    [Fact]
    public async Task Zeros_are_no_signature() =>
        await RefusedAsync(ForgedToken.Make(
            ForgedToken.Header(_good).ToJsonString(), ForgedToken.Claims(_good).ToJsonString(), _ => new byte[64]));

    [Fact]
    public async Task A_key_within_the_token_is_not_believed()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = other.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
        foreach (var (name, value) in new (string, JsonNode)[]
        {
            ("jwk", jwk), ("jku", "http://127.0.0.1:9/keys"), ("x5u", "http://127.0.0.1:9/key.pem"),
            ("x5c", new JsonArray("AAAA")), ("x5t", "AAAA"), ("crit", new JsonArray("exp")), ("crit", new JsonArray()),
            ("b64", false), ("zip", "DEF"), ("enc", "A256GCM"), ("cty", "JWT"),
        })
        {
            var claims = ForgedToken.Claims(_good).ToJsonString();
            var header = With(_good, 0, header => header[name] = value.DeepClone());
            await RefusedAsync(ForgedToken.Make(header, claims, ForgedToken.Ecdsa(other)));
            await RefusedAsync(ForgedToken.Make(header, claims, ForgedToken.Ecdsa(_key)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../dev/null")]
    [InlineData("' OR 1=1 --")]
    [InlineData("20260101")]
    [InlineData("\0")]
    public async Task An_id_of_a_key_names_a_key_or_nothing(string id) =>
        await RefusedAsync(Forge(header => header["kid"] = id, _ => { }));

    [Fact]
    public async Task Without_an_id_of_a_key_none_is_tried()
    {
        await RefusedAsync(Forge(header => header.Remove("kid"), _ => { }));
        await RefusedAsync(Forge(header => header["kid"] = 1, _ => { }));
        await RefusedAsync(Forge(header => header["kid"] = new JsonArray((string?)header["kid"]), _ => { }));
    }

    [Fact]
    public async Task Another_key_under_a_known_id_signs_nothing()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        await RefusedAsync(ForgedToken.Make(
            ForgedToken.Header(_good).ToJsonString(), ForgedToken.Claims(_good).ToJsonString(), ForgedToken.Ecdsa(other)));
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("jwt")]
    [InlineData("")]
    [InlineData("berth-refresh+jwt")]
    public async Task The_type_is_exact(string type) =>
        await RefusedAsync(Forge(header => header["typ"] = type, _ => { }));

    [Theory]
    [InlineData("iss", "there")]
    [InlineData("iss", "HERE")]
    [InlineData("iss", "here/")]
    [InlineData("iss", "here ")]
    [InlineData("iss", null)]
    [InlineData("aud", "there")]
    [InlineData("aud", "here/")]
    [InlineData("aud", "Here")]
    [InlineData("aud", "")]
    [InlineData("aud", null)]
    [InlineData("sub", "user:accounts:bob")]
    [InlineData("name", "bob")]
    [InlineData("kind", "robot")]
    [InlineData("kind", "17")]
    [InlineData("idp", "ldap")]
    public async Task Issuer_audience_and_subject_are_exact(string claim, string? value) =>
        await RefusedAsync(Forge(_ => { }, claims => claims[claim] = value));

    [Theory]
    [InlineData("exp")]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("sub")]
    [InlineData("access")]
    public async Task A_claim_that_is_needed_is_not_left_out(string claim) =>
        await RefusedAsync(Forge(_ => { }, claims => claims.Remove(claim)));

    [Fact]
    public async Task A_token_is_not_valid_before_its_time()
    {
        var now = _time.Now.ToUnixTimeSeconds();

        await RefusedAsync(Forge(_ => { }, claims => claims["nbf"] = now + 61));
        Assert.NotNull(await _tokens.VerifyAsync(Forge(_ => { }, claims => claims["nbf"] = now + 10), default));
    }

    [Fact]
    public async Task A_token_of_another_service_with_the_same_keys_is_refused()
    {
        var token = await Tokens("there").MakeAsync(
            new(new(PrincipalKind.User, Principal.Accounts, "alice")), [], _time.Now, default);

        await RefusedAsync(token);
    }

    [Fact]
    public async Task A_refresh_token_gives_no_access_and_the_reverse()
    {
        Assert.NotNull(await _tokens.RefreshAsync(_refresh, default));
        Assert.Null(await _tokens.VerifyAsync(_refresh, default));
        Assert.Null(await _tokens.RefreshAsync(_good, default));
    }

    [Fact]
    public async Task Every_shorter_text_is_refused()
    {
        for (var length = 0; length < _good.Length; length++)
        {
            Assert.Null(await _tokens.VerifyAsync(_good[..length], default));
        }
    }

    [Fact]
    public async Task There_is_one_way_to_write_a_token()
    {
        var parts = _good.Split('.');
        foreach (var variant in new[]
        {
            _good + "=", _good + "==", _good + " ", " " + _good, _good + "\n", _good + ".", "." + _good, _good + "A",
            $"{parts[0]}=.{parts[1]}.{parts[2]}", $"{parts[0]} .{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}\n.{parts[2]}",
            $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[1]}.", $".{parts[1]}.{parts[2]}", $"{parts[0]}..{parts[2]}",
            $"{parts[0]}.{parts[1]}.{parts[2]}.{parts[2]}", $"{_good}.{parts[2]}.{parts[2]}", "..", "...", "", "a.b.c",
            _good[..^1] + NextOf(_good[^1]), // the last bits of base64url that mean nothing
        })
        {
            await RefusedAsync(variant);
        }
    }

    [Fact]
    public async Task A_name_that_stands_twice_is_no_claim()
    {
        var header = ForgedToken.Header(_good).ToJsonString();
        var claims = ForgedToken.Claims(_good).ToJsonString();
        foreach (var (twiceHeader, twiceClaims) in new[]
        {
            (header, claims.Insert(1, "\"sub\":\"user:accounts:root\",")), (header, claims.Insert(1, "\"aud\":\"here\",")),
            (header, claims.Insert(1, "\"exp\":9999999999,")), (header.Insert(1, "\"alg\":\"ES256\","), claims),
            (header.Insert(1, "\"\\u0061lg\":\"none\","), claims), (header, claims.Insert(1, "\"\\u0073ub\":\"x\",")),
        })
        {
            await RefusedAsync(ForgedToken.Make(twiceHeader, twiceClaims, ForgedToken.Ecdsa(_key)));
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"iss\":\"here\"} {}")]
    public async Task What_is_no_object_of_claims_is_refused(string claims) =>
        await RefusedAsync(ForgedToken.Make(ForgedToken.Header(_good).ToJsonString(), claims, ForgedToken.Ecdsa(_key)));

    [Fact]
    public async Task A_token_of_great_depth_or_size_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));
        var claims = ForgedToken.Claims(_good).ToJsonString().Insert(1, $"\"deep\":{deep},");

        await RefusedAsync(ForgedToken.Make(ForgedToken.Header(_good).ToJsonString(), claims, ForgedToken.Ecdsa(_key)));
        await RefusedAsync(new string('A', 1_000_000));
        await RefusedAsync(string.Concat(Enumerable.Repeat("a.", 100_000)));
    }

    [Theory]
    [InlineData("pull")]
    [InlineData("*")]
    public async Task A_name_in_the_claims_is_no_pattern(string action)
    {
        var token = Forge(_ => { }, claims => claims["access"] = new JsonArray(
            new JsonObject { ["type"] = "repository", ["name"] = "*", ["actions"] = new JsonArray(action) },
            new JsonObject { ["type"] = "repository", ["name"] = "team/*", ["actions"] = new JsonArray(action) }));

        Assert.Empty((await _tokens.VerifyAsync(token, default))!.Limits!);
    }

    private static char NextOf(char last) => last == 'A' ? 'B' : (char)(last is 'z' or 'Z' or '9' ? last - 1 : last + 1);

    private static string With(string token, int part, Action<JsonObject> change)
    {
        var value = part == 0 ? ForgedToken.Header(token) : ForgedToken.Claims(token);
        change(value);
        return value.ToJsonString();
    }

    private async Task RefusedAsync(string token) => Assert.Null(await _tokens.VerifyAsync(token, default));

    private string Forge(Action<JsonObject> header, Action<JsonObject> claims) =>
        ForgedToken.Make(With(_good, 0, header), With(_good, 1, claims), ForgedToken.Ecdsa(_key));

    private BerthTokens Tokens(string service) => new(
        service, TimeSpan.FromMinutes(5), new ConfiguredKeys([_key.ExportPkcs8PrivateKeyPem()]), new FixedPrincipals(), _time);
}
