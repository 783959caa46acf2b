using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Auth.Tokens;

namespace Berth.Tests.Auth.Tokens;

/// <summary>Tokens of another server, made like those of Harbor, GitLab and docker_auth, and like none of theirs.</summary>
public sealed class ExternalTokensTests : IDisposable
{
    private readonly SetTime _time = new();
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public ExternalTokensTests() => _root = Authority("CN=root", _rsa);

    public void Dispose()
    {
        _root.Dispose();
        _ecdsa.Dispose();
        _rsa.Dispose();
    }

    [Fact]
    public async Task A_key_of_the_bundle_is_named_by_its_fingerprint()
    {
        var caller = (await Of(_root).VerifyAsync(Token(Fingerprint(), ForgedToken.Rsa(_rsa)), default))!;

        Assert.Equal(new Principal(PrincipalKind.User, "auth.example", "alice").Id, caller.Principal.Id);
        Assert.Equal(_time.Now.AddMinutes(5), caller.Expires);
        Assert.Equal(RepositoryActions.Pull | RepositoryActions.Push, caller.LimitOn(Parsed.Name("team/app")));
        Assert.Equal(RepositoryActions.All, caller.LimitOn(Parsed.Name("team/all")));
        Assert.Equal(RepositoryActions.None, caller.LimitOn(Parsed.Name("team/other")));
        Assert.False(caller.AllowsCatalog);
    }

    [Fact]
    public async Task Or_by_its_thumbprint()
    {
        var parameters = _rsa.ExportParameters(false);
        var jwk = $$"""{"e":"{{Base64Url.EncodeToString(parameters.Exponent)}}","kty":"RSA","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}"}""";
        var thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(jwk)));

        Assert.NotNull(await Of(_root).VerifyAsync(Token(thumbprint, ForgedToken.Rsa(_rsa)), default));
    }

    [Fact]
    public void A_fingerprint_is_that_of_libtrust()
    {
        // Twelve groups of four letters.
        Assert.Matches(@"\A[A-Z2-7]{4}(:[A-Z2-7]{4}){11}\z", Fingerprint());
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task A_chain_of_certificates_to_a_root_is_accepted(string algorithm)
    {
        var sign = algorithm == "ES256" ? ForgedToken.Ecdsa(_ecdsa) : ForgedToken.Rsa(_rsa);
        using var between = RSA.Create(2048);
        using var intermediate = Issue("CN=between", between, _root, _rsa, isAuthority: true);
        using var leaf = algorithm == "ES256" ? Issue("CN=leaf", _ecdsa, intermediate, between)
            : Issue("CN=leaf", _rsa, intermediate, between, isAuthority: false);

        Assert.NotNull(await Of(_root).VerifyAsync(ChainToken(algorithm, sign, leaf, intermediate), default));
        Assert.Null(await Of(_root).VerifyAsync(ChainToken(algorithm, sign, leaf), default));
    }

    [Fact]
    public async Task A_chain_to_another_root_is_not()
    {
        using var otherKey = RSA.Create(2048);
        using var otherRoot = Authority("CN=root", otherKey);
        using var leaf = Issue("CN=leaf", _ecdsa, otherRoot, otherKey);

        Assert.NotNull(await Of(otherRoot).VerifyAsync(ChainToken("ES256", ForgedToken.Ecdsa(_ecdsa), leaf), default));
        Assert.Null(await Of(_root).VerifyAsync(ChainToken("ES256", ForgedToken.Ecdsa(_ecdsa), leaf, otherRoot), default));
        Assert.Null(await Of(_root).VerifyAsync(ChainToken("ES256", ForgedToken.Ecdsa(_ecdsa), leaf, _root), default));
        // The certificate is right, and the signature somebody else's.
        Assert.Null(await Of(_root).VerifyAsync(ChainToken("ES256", ForgedToken.Ecdsa(_ecdsa), _root), default));
    }

    [Fact]
    public async Task A_certificate_is_worth_nothing_after_its_end()
    {
        using var leaf = Issue("CN=leaf", _ecdsa, _root, _rsa);
        var token = ChainToken("ES256", ForgedToken.Ecdsa(_ecdsa), leaf);
        Assert.NotNull(await Of(_root).VerifyAsync(token, default));

        _time.Now = leaf.NotAfter.ToUniversalTime().AddDays(1);

        Assert.Null(await Of(_root).VerifyAsync(ChainToken("ES256", ForgedToken.Ecdsa(_ecdsa), leaf), default));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"AAAA\"")]
    [InlineData("[1]")]
    [InlineData("[\"AAAA\"]")]
    [InlineData("[\"!\"]")]
    [InlineData("null")]
    public async Task A_chain_that_is_none_is_refused(string chain) =>
        await RefusedAsync(Of(_root), Token(
            Fingerprint(), ForgedToken.Rsa(_rsa), header => header["x5c"] = JsonNode.Parse(chain)));

    [Fact]
    public async Task A_key_of_a_set_is_named_by_its_id()
    {
        var tokens = Of(Jwks("k1"));

        Assert.NotNull(await tokens.VerifyAsync(Token("k1", ForgedToken.Ecdsa(_ecdsa), header => header["alg"] = "ES256"), default));
        await RefusedAsync(tokens, Token("k2", ForgedToken.Ecdsa(_ecdsa), header => header["alg"] = "ES256"));
        await RefusedAsync(tokens, Token("K1", ForgedToken.Ecdsa(_ecdsa), header => header["alg"] = "ES256"));
    }

    [Fact]
    public async Task A_key_that_is_for_one_algorithm_verifies_no_other()
    {
        var parameters = _rsa.ExportParameters(false);
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["kid"] = "k1",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
        var token = Token(
            "k1", bytes => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            header => header["alg"] = "PS256");
        Assert.NotNull(await Of(new JsonObject { ["keys"] = new JsonArray(jwk.DeepClone()) }.ToJsonString()).VerifyAsync(token, default));

        jwk["alg"] = "RS256";

        await RefusedAsync(Of(new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString()), token);
    }

    [Fact]
    public async Task Algorithms_are_not_confused()
    {
        var pem = Encoding.ASCII.GetBytes(_root.ExportCertificatePem());
        foreach (var secret in new[] { pem, _rsa.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), _root.RawData })
        {
            await RefusedAsync(Of(_root), Token(Fingerprint(), ForgedToken.Hmac(secret), header => header["alg"] = "HS256"));
        }
        foreach (var algorithm in new[] { "none", "None", "", "ES256", "PS256", "RS384", "HS512" })
        {
            await RefusedAsync(Of(_root), Token(Fingerprint(), ForgedToken.Rsa(_rsa), header => header["alg"] = algorithm));
        }
        await RefusedAsync(Of(_root), Token(Fingerprint(), _ => [], header => header["alg"] = "none"));
        await RefusedAsync(Of(Jwks("k1")), Token("k1", ForgedToken.Rsa(_rsa)));
    }

    [Fact]
    public async Task Only_algorithms_that_were_named_are_accepted()
    {
        var tokens = new ExternalTokens(Options(_root) with { Algorithms = ["ES256"] }, _time);

        await RefusedAsync(tokens, Token(Fingerprint(), ForgedToken.Rsa(_rsa)));
    }

    [Fact]
    public async Task A_key_within_the_token_is_not_believed()
    {
        using var other = RSA.Create(2048);
        var parameters = other.ExportParameters(false);
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["kid"] = Fingerprint(),
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };

        await RefusedAsync(Of(_root), Token(Fingerprint(), ForgedToken.Rsa(other)));
        await RefusedAsync(Of(_root), Token(Fingerprint(), ForgedToken.Rsa(other), header => header["jwk"] = jwk.DeepClone()));
        await RefusedAsync(Of(_root), Token(null, ForgedToken.Rsa(other), header => header["jwk"] = jwk.DeepClone()));
        await RefusedAsync(Of(_root), Token(null, ForgedToken.Rsa(_rsa)));
        await RefusedAsync(Of(_root), Token(Fingerprint(), ForgedToken.Rsa(_rsa), header => header["crit"] = new JsonArray("b64")));
    }

    [Theory]
    [InlineData("iss", "\"other\"")]
    [InlineData("iss", "null")]
    [InlineData("iss", "[\"auth.example\"]")]
    [InlineData("aud", "\"other\"")]
    [InlineData("aud", "\"registry.example/\"")]
    [InlineData("aud", "[\"other\"]")]
    [InlineData("aud", "[]")]
    [InlineData("aud", "null")]
    [InlineData("exp", "null")]
    [InlineData("exp", "\"9999999999\"")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "1e300")]
    [InlineData("nbf", "4102444800")]
    [InlineData("access", "{}")]
    [InlineData("access", "\"repository:team/app:*\"")]
    [InlineData("access", "[\"repository:team/app:*\"]")]
    [InlineData("access", "[{\"type\":\"repository\",\"name\":\"team/app\",\"actions\":\"*\"}]")]
    public async Task Claims_that_are_wrong_are_refused(string claim, string value) =>
        await RefusedAsync(Of(_root), Token(
            Fingerprint(), ForgedToken.Rsa(_rsa), claims: claims => claims[claim] = JsonNode.Parse(value)));

    [Theory]
    [InlineData("aud", "[\"registry.example\"]")]
    [InlineData("aud", "[\"other\",\"registry.example\"]")]
    [InlineData("access", "null")]
    [InlineData("access", "[null]")]
    [InlineData("access", "[{\"type\":\"other\"}]")]
    [InlineData("access", "[{\"type\":\"repository\",\"name\":\"*\",\"actions\":[\"*\"]}]")]
    [InlineData("access", "[{\"type\":\"repository\",\"name\":\"team/app\",\"actions\":[\"*\"],\"meta\":{\"project_path\":\"team/app\"}}]")]
    [InlineData("sub", "\"\"")]
    public async Task Claims_that_are_only_strange_are_not(string claim, string value) =>
        Assert.NotNull(await Of(_root).VerifyAsync(
            Token(Fingerprint(), ForgedToken.Rsa(_rsa), claims: claims => claims[claim] = JsonNode.Parse(value)), default));

    [Fact]
    public async Task The_catalog_is_shown_to_whom_the_server_allows_it()
    {
        var caller = (await Of(_root).VerifyAsync(
            Token(Fingerprint(), ForgedToken.Rsa(_rsa), claims: claims => claims["access"] = JsonNode.Parse(
                """[{"type":"registry","name":"catalog","actions":["*"]}]""")), default))!;

        Assert.True(caller.AllowsCatalog);
        Assert.Empty(caller.Limits!);
    }

    [Fact]
    public void What_can_verify_nothing_does_not_start()
    {
        using var small = RSA.Create(1024);
        using var weak = Authority("CN=weak", small);

        Assert.Throws<ArgumentException>(() => Of(weak));
        Assert.Throws<ArgumentException>(() => Of("{}"));
        Assert.Throws<ArgumentException>(() => Of("nonsense"));
        Assert.Throws<ArgumentException>(() => Of("""{"keys":[{"kty":"oct","kid":"k1","k":"c2VjcmV0"}]}"""));
        Assert.Throws<ArgumentException>(() => new ExternalTokens(Options(_root) with { RootCertificates = "nonsense" }, _time));
        foreach (var algorithm in new[] { "none", "HS256", "rs256", "" })
        {
            Assert.Throws<ArgumentException>(() => new ExternalTokens(Options(_root) with { Algorithms = ["RS256", algorithm] }, _time));
        }
    }

    private static async Task RefusedAsync(ExternalTokens tokens, string token) =>
        Assert.Null(await tokens.VerifyAsync(token, default));

    private static X509Certificate2 Authority(string name, RSA key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2035, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    private static X509Certificate2 Issue(string name, RSA key, X509Certificate2 issuer, RSA issuerKey, bool isAuthority) =>
        Issue(new(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), issuer, issuerKey, isAuthority);

    private static X509Certificate2 Issue(string name, ECDsa key, X509Certificate2 issuer, RSA issuerKey) =>
        Issue(new(name, key, HashAlgorithmName.SHA256), issuer, issuerKey, isAuthority: false);

    private static X509Certificate2 Issue(
        CertificateRequest request, X509Certificate2 issuer, RSA issuerKey, bool isAuthority)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForRSA(issuerKey, RSASignaturePadding.Pkcs1),
            new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), [1, 2, 3]);
    }

    private static ExternalTokenOptions Options(X509Certificate2? root) => new()
    {
        Realm = new("https://auth.example/token"),
        Service = "registry.example",
        Issuer = "auth.example",
        RootCertificates = root?.ExportCertificatePem(),
    };

    private ExternalTokens Of(X509Certificate2 root) => new(Options(root), _time);

    private ExternalTokens Of(string jwks) => new(Options(null) with { Jwks = jwks }, _time);

    private string Jwks(string id)
    {
        var point = _ecdsa.ExportParameters(false).Q;
        return $$"""
            {"keys":[{"kty":"EC","crv":"P-256","kid":"{{id}}","x":"{{Base64Url.EncodeToString(point.X)}}",
            "y":"{{Base64Url.EncodeToString(point.Y)}}"},{"kty":"oct","kid":"secret","k":"c2VjcmV0"}]}
            """;
    }

    /// <summary>libtrust: the first 240 bits of the hash in base32, in groups of four.</summary>
    private string Fingerprint()
    {
        var bits = string.Concat(SHA256.HashData(_rsa.ExportSubjectPublicKeyInfo()).Select(one => $"{one:b8}"))[..240];
        return string.Join(':', bits.Chunk(5).Select(five => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Convert.ToInt32(new string(five), 2)])
            .Chunk(4).Select(four => new string(four)));
    }

    private string ChainToken(string algorithm, Func<byte[], byte[]> sign, params X509Certificate2[] chain) =>
        Token(null, sign, header =>
        {
            header["alg"] = algorithm;
            header["x5c"] = new JsonArray([.. chain.Select(one => (JsonNode)Convert.ToBase64String(one.RawData))]);
        });

    private string Token(
        string? id, Func<byte[], byte[]> sign, Action<JsonObject>? header = null, Action<JsonObject>? claims = null)
    {
        var head = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256" };
        if (id is not null)
        {
            head["kid"] = id;
        }
        var now = _time.Now.ToUnixTimeSeconds();
        var body = new JsonObject
        {
            ["iss"] = "auth.example",
            ["sub"] = "alice",
            ["aud"] = "registry.example",
            ["exp"] = now + 300,
            ["nbf"] = now - 10,
            ["iat"] = now,
            ["jti"] = "tYJCO1c6cnyy7kAn0c7rKPgbV1H1bFws",
            ["access"] = JsonNode.Parse(
                """
                [{"type":"repository","name":"team/app","actions":["push","pull"]},
                 {"type":"repository","name":"team/all","actions":["*"]},
                 {"type":"repository","class":"plugin","name":"Team/Bad","actions":["*"]}]
                """),
        };
        header?.Invoke(head);
        claims?.Invoke(body);
        return ForgedToken.Make(head.ToJsonString(), body.ToJsonString(), sign);
    }
}
