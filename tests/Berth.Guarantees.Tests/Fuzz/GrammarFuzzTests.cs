using System.Text;
using System.Text.RegularExpressions;
using Berth.Auth.Tokens;
using Berth.Content;
using Berth.Endpoints;
using Berth.Identity;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Fuzz;

/// <summary>What is parsed of a request: as the grammar written down once more says, without exception, and never in bulk.</summary>
public sealed partial class GrammarFuzzTests(ITestOutputHelper output)
{
    private const int Runs = 20_000;

    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void A_digest_is_one_by_the_grammar() => Mutation.Check(output, Runs, [$"sha256:{Hex}", $"sha512:{Hex}{Hex}"], (text, _) =>
    {
        Assert.Equal(DigestGrammar().IsMatch(text), Digest.TryParse(text, out var digest));
        Assert.True(digest == default || digest.ToString() == text);
    });

    [Fact]
    public void A_name_is_one_by_the_grammar() => Mutation.Check(
        output, Runs, ["a", "library/nginx", "a.b/c_d/e__f/g---h", "0/1", new string('a', 255)], (text, _) =>
        {
            Assert.Equal(text.Length <= 255 && NameGrammar().IsMatch(text), RepositoryName.TryParse(text, out var name));
            Assert.True(name == default || name.ToString() == text);
            Assert.Equal(
                text.Length <= 64 && NameGrammar().IsMatch(text) && !text.Contains('/'), AccountName.TryParse(text, out AccountName _));
        });

    [Fact]
    public void A_tag_is_one_by_the_grammar() => Mutation.Check(
        output, Runs, ["latest", "v1.0-rc_2", "_", "A", new string('t', 128)], (text, _) =>
        {
            Assert.Equal(TagGrammar().IsMatch(text), Tag.TryParse(text, out var tag));
            Assert.True(tag == default || tag.ToString() == text);
        });

    [Fact]
    public void An_upload_is_named_by_one_spelling() => Mutation.Check(
        output, Runs, ["01234567-89ab-cdef-0123-456789abcdef"], (text, _) =>
        {
            Assert.Equal(UploadGrammar().IsMatch(text), UploadId.TryParse(text, out var id));
            Assert.True(id == default || id.ToString() == text);
        });

    [Fact]
    public void A_range_is_inside_the_content_and_costs_nothing() => Mutation.Check(
        output, Runs, ["bytes=0-0", "bytes=5-", "bytes=-3", "bytes=0-1,3-4", "bytes=0-9223372036854775807", "bytes=1-2, ,4-"], (text, random) =>
        {
            var size = random.Next(3) switch { 0 => 0L, 1 => 7, _ => long.MaxValue };
            var before = GC.GetAllocatedBytesForCurrentThread();
            var ranges = ByteRange.Parse(text, size);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000 + (text.Length * 200L));
            Assert.All(ranges ?? [], range =>
            {
                Assert.InRange(range.Offset, 0, size - 1);
                Assert.InRange(range.Length, 1, size - range.Offset);
            });
            if (OneRange().Match(text) is { Success: true } match && ranges is [var one])
                Assert.Equal(long.Parse(match.Groups[1].Value, null), one.Offset);
            ByteRange.IsKnownToStores(text);
        });

    [Fact]
    public void A_scope_names_repositories_and_actions_or_nothing() => Mutation.Check(
        output, Runs,
        [
            "repository:library/nginx:pull", "repository:a/b:pull,push,delete repository:c:*", "registry:catalog:*",
            "repository(plugin):a/b:pull", "registry:api:*",
        ],
        (text, _) =>
        {
            if (!TokenScope.TryParse([text, null], out var scopes))
                return;
            Assert.InRange(scopes.Count, 0, TokenScope.Most);
            Assert.Equal(scopes.Count, scopes.Distinct().Count());
            Assert.All(scopes, scope => Assert.True(
                scope.Repository is null || RepositoryName.TryParse(scope.Repository.Value.ToString(), out RepositoryName _)));
        });

    [Fact]
    public void A_token_has_one_spelling() => Mutation.Check(
        output, Runs,
        [
            Jwt("""{"alg":"ES256","kid":"a","typ":"JWT"}""", """{"iss":"x","exp":1700000000,"sub":"y"}"""),
            Jwt("""{"alg":"none"}""", """{"exp":1e300}"""), Jwt("""{"alg":5}""", """{"exp":-1,"exp":2}"""),
            Jwt("""{"crit":["b64"]}""", "[]"), "a.b.c", "..",
        ],
        (text, random) =>
        {
            // Mutations inside of the parts too, which as text would rarely decode.
            var inside = Jwt(
                new Mutation(random).Next(["""{"alg":"ES256","kid":"a"}"""]), new Mutation(random).Next(["""{"exp":1700000000}"""]));
            foreach (var one in (string[])[text, inside])
            {
                if (!CompactJwt.TryParse(one, out var token))
                    continue;
                Assert.Equal(one, token.Text);
                Assert.Equal(3, one.Split('.').Length);
                Assert.DoesNotContain('=', one);
                Assert.False(token.Header.TryGetProperty("crit", out _));
                Assert.True(token.Expires is not { } expires || expires > DateTimeOffset.UnixEpoch.AddSeconds(-1));
                _ = (token.Algorithm, token.KeyId, token.Type, token.Claim("sub"));
            }
        });

    [Fact]
    public void A_file_of_passwords_is_understood_or_refused() => Mutation.Check(
        output, Runs / 4,
        [
            "alice:$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\n# a note\n\nbob:"
                + "$2b$05$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\r\n",
            "\uFEFFa:$2a$12$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
        ],
        (text, random) =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            if (random.Next(4) == 0 && bytes.Length > 0)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                HtpasswdEntries.Parse(bytes);
            }
            catch (HtpasswdException exception)
            {
                Assert.DoesNotContain("N9qo8uLOickgx2ZMRZoMye", exception.Message); // no hash in a message
            }
        });

    [Fact]
    public void A_manifest_is_understood_or_refused() => Mutation.Check(output, Runs, Manifests, (text, random) =>
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (random.Next(4) == 0 && bytes.Length > 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        var type = random.Next(3) switch { 0 => null, 1 => MediaTypes.OciManifest, _ => MediaTypes.OciIndex };
        if (!Manifest.TryParse(bytes, type, out var manifest, out var problem))
        {
            Assert.False(string.IsNullOrEmpty(problem));
            return;
        }
        Assert.True(MediaTypes.IsManifest(manifest.MediaType));
        Assert.Equal(manifest.References.Count, manifest.References.Select(one => one.Digest).Distinct().Count());
        Assert.All(manifest.References, one => Assert.True(one.Size >= 0 && one.MediaType.Length > 0));
    });

    internal static readonly string[] Manifests =
    [
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":\"a/b\",\"digest\":"
            + $"\"sha256:{Hex}\",\"size\":2}},\"layers\":[{{\"mediaType\":\"c/d\",\"digest\":\"sha512:{Hex}{Hex}\",\"size\":0}}],"
            + $"\"subject\":{{\"mediaType\":\"e/f\",\"digest\":\"sha256:{Hex}\",\"size\":9}},\"annotations\":{{\"a\":\"b\"}}}}",
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":"
            + $"\"sha256:{Hex}\",\"size\":123,\"platform\":{{\"os\":\"linux\"}}}}],\"artifactType\":\"x/y\"}}",
        "{\"schemaVersion\":1,\"fsLayers\":[]}",
    ];

    private static string Jwt(string header, string claims) =>
        $"{Base64(header)}.{Base64(claims)}.{Base64("signature")}";

    private static string Base64(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    [GeneratedRegex(@"\A(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\z")]
    private static partial Regex DigestGrammar();

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex NameGrammar();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex TagGrammar();

    [GeneratedRegex(@"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z")]
    private static partial Regex UploadGrammar();

    [GeneratedRegex(@"\Abytes=([0-9]{1,18})-\z", RegexOptions.IgnoreCase)]
    private static partial Regex OneRange();
}
